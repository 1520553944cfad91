"""A part that is long on its way keeps its lease while bytes move, and loses it when none do.

Leases of a second, so that nobody has to wait; the bytes go to the strict double by a slow line.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest

from chunk_service.adapters.digests import combine
from chunk_service.domain.uploads import UploadId
from chunk_service.usecases.begin_multipart import BeginMultipart
from chunk_service.usecases.lose_chunks import LoseChunks
from chunk_service.usecases.note_parts import NoteParts
from chunk_service.usecases.relay_parts import RelayParts
from chunk_service.usecases.relaying import Claim
from chunk_service.wiring.opening import open_parts
from chunk_service.wiring.rows import Rows, rows_over
from tests.doubles.fault_proxy import FaultProxy
from tests.doubles.s3 import faults
from tests.doubles.s3.double import S3Double
from tests.service.caller import data_of
from tests.service.content import PART_BYTES, content_of
from tests.service.deployment import Deployment
from tests.service.doubt.test_bad_lines import proxy_to, through
from tests.service.waiting import until

LEASE_SECONDS = 1.0
RUN_SECONDS = 0.12  # for each run of bytes on the line: some forty make a part


@dataclass(frozen=True, slots=True)
class Relay:
    """The relay alone, without the engine that would run it, and one window that it may send."""

    upload_id: UploadId
    rows: Rows
    parts: RelayParts

    async def claim(self) -> Claim | None:
        return await self.parts.claim(self.upload_id)

    async def sent(self) -> int:
        return await self.rows.reading.count_relayed(self.upload_id)


@pytest.fixture
def s3_line(s3_double: S3Double) -> Iterator[FaultProxy]:
    yield from proxy_to(s3_double.endpoint_url)


def nothing() -> None:
    """No slot is left when it is sent."""


@pytest.fixture
async def relay(own: Deployment, s3_double: S3Double, s3_line: FaultProxy) -> AsyncIterator[Relay]:
    s3_double.fail("*Upload*", faults.answering("SlowDown"), times=None)
    async with own.served() as served:
        session = await served.caller.begin(chunk_size=PART_BYTES, total_size=3 * PART_BYTES)
        data_of(await session.put(1, content_of(PART_BYTES)))
    s3_double.heal()
    line = through(s3_double.endpoint_url, s3_line)
    async with open_parts(own.settings(s3_endpoint_url=line)) as opened:
        rows = rows_over(opened)
        parts = RelayParts(
            rows=rows.relaying,
            repairing=rows.repairing,
            store=opened.store,
            spool=opened.spool,
            begin_multipart=BeginMultipart(rows.relaying, opened.store),
            note_sent=NoteParts(rows.relaying, opened.spool),
            lose_chunks=LoseChunks(rows.repairing, opened.spool, opened.metrics.uploads),
            combine=combine,
            new_id=uuid4,
            lease_seconds=LEASE_SECONDS,
        )
        yield Relay(UploadId(UUID(session.id)), rows, parts)


@pytest.mark.survives("S3 is slower than a lease lasts", "the lease is renewed while bytes move")
async def test_the_lease_of_a_slow_part_is_renewed(
    relay: Relay, own: Deployment, s3_line: FaultProxy
) -> None:
    claim = await relay.claim()
    assert claim is not None
    s3_line.delay(RUN_SECONDS)
    sending = asyncio.create_task(relay.parts.send(claim, nothing))
    leases = set()
    while not sending.done():
        leases.update(
            await own.fetch("SELECT lease_until FROM parts WHERE lease_until IS NOT NULL")
        )
        await asyncio.wait([sending], timeout=LEASE_SECONDS / 10)
    await sending
    assert len(leases) > 1
    assert await relay.sent() == 1


@pytest.mark.survives("S3 takes no more bytes of a part", "its lease lapses, another sends it")
async def test_a_part_that_stands_still_is_another_s_to_send(
    relay: Relay, s3_double: S3Double
) -> None:
    s3_double.fail("UploadPart", faults.hang)
    claim = await relay.claim()
    assert claim is not None
    sending = asyncio.create_task(relay.parts.send(claim, nothing))
    again = await until(relay.claim, lambda found: found is not None)
    assert again is not None
    assert (again.number, again.attempts) == (claim.number, 2)
    await relay.parts.send(again, nothing)
    assert await relay.sent() == 1
    sending.cancel()
    with suppress(asyncio.CancelledError):
        await sending
