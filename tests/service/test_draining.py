"""A spool that drains: no new upload is taken, what is open is finished, and the end is told."""

import json
from asyncio import to_thread
from collections.abc import AsyncIterator

import pytest

from tests.cli.operator import Operator
from tests.service.caller import problem_of
from tests.service.deployment import Deployment, Served


@pytest.fixture
async def served(own: Deployment) -> AsyncIterator[Served]:
    async with own.served() as served:
        yield served


@pytest.fixture
def operator(own: Deployment) -> Operator:
    return Operator("drain", own.database_url, LOCAL_TEMP_CHUNK_PATH=str(own.spool))


async def test_nothing_new_is_begun_and_what_is_open_is_finished(
    served: Served, operator: Operator
) -> None:
    bound, unbound = await served.caller.begin(), await served.caller.begin()
    await bound.put(0, b"first")
    told = await to_thread(operator.says)
    assert told == "Left: 1 uploads with 1 chunks of 5 bytes; 0 chunks are coming in.\n"
    ready = await served.caller.client.get("/health/ready")
    assert (ready.status_code, ready.json()["draining"]) == (503, True)
    refused = await served.caller.init()
    assert problem_of(refused, 503) == "shutting-down"
    assert refused.headers["retry-after"] == "1"
    assert problem_of(await unbound.put(0, b"x"), 503) == "shutting-down"
    whole = await served.caller.client.put("/files/a.txt", content=b"x")
    assert problem_of(whole, 503) == "shutting-down"
    assert (await bound.put(1, b"second")).status_code == 200
    assert (await bound.stored(2))["size"] == 11
    assert await to_thread(operator.says, "--wait") == "Nothing is left.\n"


async def test_it_lasts_beyond_a_restart_until_it_is_undone(
    own: Deployment, operator: Operator
) -> None:
    async with own.served():
        await to_thread(operator.says)
    async with own.served() as served:
        assert problem_of(await served.caller.init(), 503) == "shutting-down"
        await to_thread(operator.says, "--undo")
        assert (await served.caller.client.get("/health/ready")).status_code == 200
        await served.caller.begin()


async def test_whoever_waits_too_long_is_told_what_is_left(
    served: Served, operator: Operator
) -> None:
    session = await served.caller.begin()
    await session.put(0, b"first")
    told = await to_thread(operator.says, "--wait", "--timeout", "0.5", "--json", code=1)
    left, *_ = told.splitlines()
    assert json.loads(left) == {"uploads": 1, "chunks": 1, "size_bytes": 5, "attempts": 0}
    assert "goes on draining" in told
    await session.abort()
    assert "Nothing is left." in await to_thread(operator.says, "--wait")


async def test_a_spool_that_there_is_not_is_told(served: Served, operator: Operator) -> None:
    absent = "01968c5e-7b7e-7c3a-9d5e-3f1f0f6f2a99"
    assert "no such spool" in await to_thread(operator.says, absent, code=1)
    assert "no such spool" in await to_thread(operator.says, absent, "--undo", code=1)
    await to_thread(operator.says, "x", code=2)
    await to_thread(operator.says, "--undo", "--wait", code=2)
