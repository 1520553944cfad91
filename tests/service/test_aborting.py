"""What is given up goes at once and whole, and stays so."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.service.caller import Caller, data_of, problem_of
from tests.service.content import MIB, content_of
from tests.service.deployment import Deployment
from tests.service.waiting import until


async def test_an_aborted_upload_leaves_nothing_and_is_told(
    caller: Caller, deployment: Deployment
) -> None:
    session = await caller.begin(metadata={"a": "1"})
    await session.put(0, content_of(17 * MIB))
    await until(session.status, lambda status: status["parts_relayed"] == 2)
    assert deployment.bucket.open_multiparts() != []

    first = await session.abort()
    assert data_of(first) == {"upload_session_id": session.id, "state": "aborted"}
    assert (await session.abort()).text == first.text
    await until(deployment.leftovers, lambda left: not left)

    (notification,) = await deployment.main_service.told_of(session.id)
    event = notification.verified()
    assert event["type"] == "upload.aborted"
    assert event["data"]["metadata"] == {"a": "1"}
    assert "key" not in event["data"]


async def test_after_an_abort_everything_else_is_gone(caller: Caller) -> None:
    session = await caller.begin()
    await session.put(0, b"x")
    await session.abort()
    for late in (
        await session.put(1, b"y"),
        await session.form(1, b"y"),
        await session.put(0, b"x"),
        await session.complete(1),
    ):
        assert problem_of(late, 410) == "gone"
    assert (await session.status())["state"] == "aborted"


@pytest.mark.survives("Chunks: one races an abort", "410; nothing is left")
async def test_a_chunk_that_was_under_way_is_refused(
    caller: Caller, deployment: Deployment
) -> None:
    session = await caller.begin()
    is_aborted = asyncio.Event()

    async def slow_body() -> AsyncIterator[bytes]:
        yield content_of(2 * MIB)
        await is_aborted.wait()
        yield b"the rest"

    sending = asyncio.create_task(session.put(0, slow_body()))

    async def spooled() -> list[str]:
        return deployment.spooled_files()

    await until(spooled, bool)
    await session.abort()
    is_aborted.set()
    assert problem_of(await sending, 410) == "gone"
    await until(deployment.leftovers, lambda left: not left)


async def test_a_stored_upload_is_not_aborted(caller: Caller, deployment: Deployment) -> None:
    session = await caller.begin()
    await session.put(0, b"x")
    data = await session.stored(1)
    assert problem_of(await session.abort(), 409) == "state-conflict"
    assert deployment.bucket.read(data["key"]) == b"x"
