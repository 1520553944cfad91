"""What every transaction that makes an event says: the event, its deliveries, their wake-ups.

A statement that changes state takes ANNOUNCE among its CTEs, after one named `u` that has one row
where there is something to tell and none where not; `id` in it is the upload's.
"""

from collections.abc import Sequence
from typing import Any

from chunk_service.adapters.postgres.connected import Connected, Row
from chunk_service.adapters.postgres.jobs import WakeUp, enqueue_deliveries
from chunk_service.domain.events import Event
from chunk_service.domain.receivers import Recipient

ANNOUNCE = """
    event AS (
        INSERT INTO events (id, type, upload_id, payload)
        SELECT :event, :event_type, id, :payload FROM u
    ), delivery AS (
        INSERT INTO deliveries (event_id, endpoint, target)
        SELECT :event, told.endpoint, told.target
        FROM u, unnest(:endpoints, :targets) AS told (endpoint, target)
        RETURNING id, endpoint
    )
"""
ANNOUNCED = """
    array(SELECT id FROM delivery ORDER BY endpoint) AS deliveries,
    array(SELECT endpoint FROM delivery ORDER BY endpoint) AS told_endpoints
"""


def announcement(event: Event, recipients: Sequence[Recipient]) -> dict[str, Any]:
    """The parameters of ANNOUNCE."""
    return {
        "event": event.id,
        "event_type": event.type,
        "payload": event.payload,
        "endpoints": [each.endpoint for each in recipients],
        "targets": [each.target for each in recipients],
    }


async def wake_announced(connection: Connected, row: Row) -> None:
    """Jobs for the deliveries that ANNOUNCED gave, in the same transaction."""
    announced = zip(row["deliveries"], row["told_endpoints"], strict=True)
    wake_ups = [WakeUp(delivery, endpoint, attempt=1) for delivery, endpoint in announced]
    await enqueue_deliveries(connection, wake_ups)
