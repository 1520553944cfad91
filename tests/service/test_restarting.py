"""What was acknowledged outlives the process: the next one on the same rows and spool goes on."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from tests.service.bucket import Bucket
from tests.service.caller import Session, data_of, problem_of
from tests.service.content import PART_BYTES, content_of, cut
from tests.service.deployment import Deployment
from tests.service.waiting import until

_CONTENT = content_of(2 * PART_BYTES + 777)
_CHUNKS = cut(_CONTENT, PART_BYTES)
_LEASES_LAPSE = timedelta(minutes=5)
_RESERVATIONS_LAPSE = timedelta(hours=2)


async def _send_all(session: Session) -> None:
    for index, chunk in enumerate(_CHUNKS):
        data_of(await session.put(index, chunk))


@pytest.mark.parametrize("members", [{}, {"chunk_size": PART_BYTES}])
@pytest.mark.survives(
    "Process: broken off while it relays", "the next one goes on; the object is whole"
)
async def test_a_service_broken_off_while_it_relays_is_continued(
    own: Deployment, silent_store: str, members: dict[str, int]
) -> None:
    async with own.served(s3_endpoint_url=silent_store) as first:
        session = await first.caller.begin(**members)
        await _send_all(session)
        claimed = "SELECT count(*) FROM parts WHERE lease_holder IS NOT NULL"
        await until(lambda: own.fetch(claimed), lambda rows: rows[0][0] > 0)
        first.service.break_off()
    await own.pass_time(_LEASES_LAPSE)
    async with own.served() as second:
        again = second.caller.session(session.id)
        assert (await again.status())["received_chunks"] == ["0-2"]
        await until(again.status, lambda status: status["parts_relayed"] >= 2)
        data = await again.stored(len(_CHUNKS))
        assert own.bucket.read(data["key"]) == _CONTENT
        await until(own.leftovers, lambda left: not left)


@pytest.mark.parametrize("content", [_CONTENT, b"small"], ids=["multipart", "one put"])
@pytest.mark.survives("Process: broken off while it completes", "the next one finishes and tells")
async def test_a_completion_broken_off_is_finished_and_told_without_being_asked(
    own: Deployment, silent_store: str, content: bytes
) -> None:
    chunks = cut(content, PART_BYTES)
    async with own.served(s3_endpoint_url=silent_store, complete_wait="0.2s") as first:
        session = await first.caller.begin()
        for index, chunk in enumerate(chunks):
            data_of(await session.put(index, chunk))
        answer = await session.complete(len(chunks))
        assert problem_of(answer, 503) == "storage-unavailable"
        assert int(answer.headers["retry-after"]) > 0
        first.service.break_off()
    assert own.main_service.got == []
    await own.pass_time(_LEASES_LAPSE)
    async with own.served() as second:
        (notification,) = await own.main_service.told_of(session.id)
        event = notification.verified()
        assert event["type"] == "upload.completed"
        assert own.bucket.read(event["data"]["key"]) == content
        data = await second.caller.session(session.id).stored(len(chunks))
        assert data["key"] == event["data"]["key"]
        await until(own.leftovers, lambda left: not left)


@pytest.mark.survives(
    "Process: broken off while a chunk comes in", "not recorded, nothing left, can be sent again"
)
async def test_a_chunk_broken_off_is_not_recorded_and_can_be_sent_again(own: Deployment) -> None:
    is_broken_off = asyncio.Event()

    async def halves() -> AsyncIterator[bytes]:
        yield _CHUNKS[0][: PART_BYTES // 2]
        await is_broken_off.wait()
        yield _CHUNKS[0][PART_BYTES // 2 :]

    async def spooled() -> list[str]:
        return own.spooled_files()

    async with own.served() as first:
        session = await first.caller.begin()
        sending = asyncio.create_task(session.put(0, halves()))
        await until(spooled, bool)
        first.service.break_off()
        is_broken_off.set()
        with pytest.raises(httpx.TransportError):
            await sending
    await own.pass_time(_RESERVATIONS_LAPSE)
    async with own.served() as second:
        again = second.caller.session(session.id)
        assert (await again.status())["received_chunks"] == []
        await _send_all(again)
        data = await again.stored(len(_CHUNKS))
        assert own.bucket.read(data["key"]) == _CONTENT
        await until(own.leftovers, lambda left: not left)


async def test_a_service_that_stops_in_good_order_leaves_what_is_open_to_the_next(
    own: Deployment,
) -> None:
    async with own.served() as first:
        session = await first.caller.begin()
        data_of(await session.put(0, _CHUNKS[0]))
        data_of(await session.put(2, _CHUNKS[2]))
    async with own.served() as second:
        again = second.caller.session(session.id)
        assert (await again.status())["missing_chunks"] == ["1"]
        data_of(await again.put(1, _CHUNKS[1]))
        data = await again.stored(len(_CHUNKS))
        assert own.bucket.read(data["key"]) == _CONTENT


async def test_settings_that_change_do_not_touch_an_upload_that_is_open(own: Deployment) -> None:
    async with own.served() as first:
        session = await first.caller.begin(chunk_size=PART_BYTES)
        data_of(await session.put(0, _CHUNKS[0]))
    elsewhere = Bucket.made(own.bucket.store, "elsewhere")
    async with own.served(
        s3_bucket_name=elsewhere.name,
        relay_mode="on_completion",
        s3_checksum="crc32",
        max_chunk_size=str(PART_BYTES),
        max_file_size=str(PART_BYTES),
    ) as second:
        again = second.caller.session(session.id)
        for index in (1, 2):
            data_of(await again.put(index, _CHUNKS[index]))
        await until(again.status, lambda status: status["parts_relayed"] >= 2)
        data = await again.stored(len(_CHUNKS))
        assert own.bucket.read(data["key"]) == _CONTENT
        assert elsewhere.keys() == set()


async def test_a_service_that_runs_says_that_its_spool_is_here(own: Deployment) -> None:
    async with own.served():
        pass
    await own.pass_time(timedelta(days=30))
    query = (
        "SELECT seen_at > service_now() - interval '1 minute' AND forgotten_at IS NULL FROM spools"
    )
    assert (await own.fetch(query))[0][0] is False
    async with own.served():
        await until(lambda: own.fetch(query), lambda rows: rows[0][0])


@pytest.mark.survives("Relay: processes die over one part", "it is set aside, and said so loudly")
async def test_a_part_that_processes_died_over_is_told_of(
    own: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    async with own.served(relay_mode="on_completion") as first:
        session = await first.caller.begin(chunk_size=PART_BYTES, relay="eager")
        data_of(await session.put(1, _CHUNKS[1]))
        await until(session.status, lambda status: status["parts_relayed"] == 1)
    await own.fetch("UPDATE parts SET attempts = 5, etag = NULL, mpu_id = NULL, lease_until = NULL")
    async with own.served():

        async def alarms() -> list[str]:
            lines = capsys.readouterr().err.splitlines()
            return [line for line in lines if "part set aside" in line]

        (alarm, *_) = await until(alarms, bool)
    assert session.id in alarm
    assert '"error"' in alarm
