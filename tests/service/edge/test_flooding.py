"""One owner asks for everything at once, or all the time, is told to wait, and nobody else does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
import pytest

from tests.service.caller import Caller, client_of, data_of, problem_of
from tests.service.deployment import Deployment, Served
from tests.service.raw import RawConnection, connected, head
from tests.service.tokens import token
from tests.service.waiting import until

_ROOM = 8
_ROOM_OF_ONE = 6
_BURST = 10
_FLOOD = 30


@asynccontextmanager
async def _flooding(served: Served) -> AsyncIterator[list[RawConnection]]:
    """Bodies that begin and do not go on, far more of them than there is room."""
    async with client_of(served.service.url, token("mallory")) as client, AsyncExitStack() as stack:
        session = await Caller(client).begin()
        headers = {"Authorization": f"Bearer {token('mallory')}", "Content-Length": "3"}
        connections = []
        for index in range(_FLOOD):
            connection = await stack.enter_async_context(connected(served.service.port))
            await connection.say(head("PUT", f"/upload/{session.id}/chunks/{index}", headers))
            connections.append(connection)
        yield connections


async def _works(served: Served) -> None:
    """From the first call to the last, by another owner."""
    session = await served.caller.begin()
    data_of(await session.put(0, b"abc"))
    await session.stored(1)


@pytest.mark.survives("Load: one owner floods", "429 with Retry-After; other owners work on")
async def test_one_owner_leaves_room_for_the_others(own: Deployment) -> None:
    async with (
        own.served(max_concurrent_requests=str(_ROOM)) as served,
        _flooding(served) as connections,
    ):
        for connection in connections[_ROOM_OF_ONE:]:
            answer = await connection.answer()
            assert (answer.status, answer.problem) == (429, "rate-limited")
            assert answer.headers["retry-after"] == "1"
        await asyncio.gather(*(_works(served) for _ in range(_ROOM - _ROOM_OF_ONE)))
        for connection in connections[:_ROOM_OF_ONE]:
            await connection.say(b"abc")
            assert (await connection.answer()).status == 200


@pytest.mark.survives(
    "Load: one owner asks all the time", "429 with Retry-After; others do not wait"
)
async def test_who_asks_too_often_waits_and_nobody_else_does(own: Deployment) -> None:
    async with (
        own.served(rate_limit_per_owner="5", rate_limit_burst=str(_BURST)) as served,
        client_of(served.service.url, token("mallory")) as mallory,
    ):
        session = await Caller(mallory).begin()
        answers = await asyncio.gather(*(session.read() for _ in range(_FLOOD)))
        refused = [answer for answer in answers if answer.status_code != 200]
        assert len(refused) >= _FLOOD - 2 * _BURST
        for answer in refused:
            assert problem_of(answer, 429) == "rate-limited"
            assert int(answer.headers["retry-after"]) >= 1
        await _works(served)
        await until(session.read, _is_success)


def _is_success(answer: httpx.Response) -> bool:
    return answer.status_code == 200
