"""One statement that takes stock: what is open, waiting and owed, each by a partial index.

Uploads that ended are not counted: they are kept for a month, and that would read them all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chunk_service.adapters.postgres import listing
from chunk_service.adapters.postgres.connected import Row
from chunk_service.adapters.postgres.database import Database
from chunk_service.adapters.postgres.relaying import COVERED, MOST_ATTEMPTS
from chunk_service.adapters.postgres.statements import statement
from chunk_service.domain.states import State
from chunk_service.domain.uploads import SpoolId, Way
from chunk_service.usecases.take_stock import DeliveryStock, SpoolStock, Stock

UNTAKEN_STATES = ("pending", "dead")

# A window could go since its last byte was recorded. One that is not full, or whose upload is kept
# back, could go only since the client completed it.
TAKE = statement(f"""
    WITH live AS (
        SELECT state, way, count(*) AS number,
            extract(epoch FROM service_now() - min(completed_at)) AS oldest
        FROM uploads WHERE state IN ('open', 'completing') AND {listing.UPLOADS}
        GROUP BY state, way
    ), untaken AS (
        SELECT d.endpoint, d.state, count(*) AS number,
            extract(epoch FROM service_now() - min(e.created_at)) AS oldest
        FROM deliveries d JOIN events e ON e.id = d.event_id
        WHERE d.state IN ('pending', 'dead') GROUP BY d.endpoint, d.state
    ), windows AS (
        SELECT p.attempts, extract(epoch FROM service_now() - greatest(recorded.at,
            CASE WHEN u.relay_mode = 'on_completion' OR p.covered_bytes < u.part_size
                THEN u.completed_at END)) AS waited
        FROM parts p JOIN uploads u ON u.id = p.upload_id CROSS JOIN LATERAL (
            SELECT max(c.recorded_at) AS at FROM chunks c
            WHERE c.upload_id = p.upload_id AND c.state = 'spooled'
                AND c.offset_bytes < (p.number - 1) * u.part_size + p.covered_bytes
                AND c.offset_bytes > (p.number - 1) * u.part_size - u.longest_chunk_bytes
                AND c.offset_bytes + c.size_bytes > (p.number - 1) * u.part_size
        ) recorded
        WHERE {COVERED} AND p.{listing.PARTS}
    )
    SELECT (SELECT jsonb_agg(live) FROM live) AS live,
        (SELECT jsonb_agg(untaken) FROM untaken) AS untaken,
        (SELECT jsonb_object_agg(endpoint, encode(address, 'hex')) FROM disabled_endpoints)
            AS disabled,
        (SELECT extract(epoch FROM service_now() - min(cleanup_due_at)) FROM uploads
            WHERE cleanup_due_at <= service_now() AND {listing.UPLOADS}) AS overdue,
        spool_used_bytes(:spool, CAST('{"0" * 32}' AS uuid)) AS used_bytes,
        (SELECT extract(epoch FROM service_now() - min(recorded_at)) FROM chunks
            WHERE spool_id = :spool AND state = 'spooled' AND {listing.CHUNKS}) AS oldest_chunk,
        (SELECT count(*) FROM windows WHERE attempts < {MOST_ATTEMPTS}) AS ready,
        (SELECT max(waited) FROM windows WHERE attempts < {MOST_ATTEMPTS}) AS lag,
        (SELECT count(*) FROM windows WHERE attempts >= {MOST_ATTEMPTS}) AS set_aside
""")


@dataclass(frozen=True, slots=True)
class StockRows:
    """`addresses`: what identifies each endpoint's address now, by the endpoint's name."""

    database: Database
    addresses: Mapping[str, bytes | None]

    async def take(self, spool_id: SpoolId | None) -> Stock:
        row = await self.database.row(TAKE, spool=spool_id)
        assert row is not None
        live = row["live"] or []
        return Stock(
            live_uploads={
                (State(each["state"]), Way(each["way"])): each["number"] for each in live
            },
            oldest_completing_seconds=max(
                (_age(each["oldest"]) for each in live if each["state"] == State.COMPLETING),
                default=0.0,
            ),
            clean_up_overdue_seconds=_age(row["overdue"]),
            deliveries=self._deliveries(row["untaken"] or []),
            disabled_endpoints=self._disabled(row["disabled"] or {}),
            spool=None if spool_id is None else _spool(spool_id, row),
        )

    def _deliveries(self, untaken: Sequence[Row]) -> Sequence[DeliveryStock]:
        """Every endpoint that is configured has its figures, so that a first one is a change."""
        none = {
            (name, state): DeliveryStock(name, state, 0, 0.0)
            for name in self.addresses
            for state in UNTAKEN_STATES
        }
        some = {
            (each["endpoint"], each["state"]): DeliveryStock(
                each["endpoint"], each["state"], each["number"], _age(each["oldest"])
            )
            for each in untaken
        }
        return [each for _, each in sorted({**none, **some}.items())]

    def _disabled(self, disabled: Mapping[str, str]) -> Sequence[str]:
        """An endpoint that has got another address is in use again."""
        return [
            name
            for name, address in sorted(disabled.items())
            if self.addresses.get(name, bytes.fromhex(address)) == bytes.fromhex(address)
        ]


def _spool(spool_id: SpoolId, row: Row) -> SpoolStock:
    return SpoolStock(
        id=spool_id,
        used_bytes=row["used_bytes"],
        oldest_chunk_seconds=_age(row["oldest_chunk"]),
        ready_windows=row["ready"],
        relay_lag_seconds=_age(row["lag"]),
        set_aside_windows=row["set_aside"],
    )


def _age(seconds: object) -> float:
    """Zero where there is nothing to be old; clocks that were moved make nothing younger."""
    return 0.0 if seconds is None else max(0.0, float(str(seconds)))
