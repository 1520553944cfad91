"""The head of a request has bounds in time and size, and a connection that rests does too."""

import asyncio
import time
from contextlib import AsyncExitStack

import pytest

from tests.service.edge.conftest import MAX_CONNECTIONS, MAX_HEADER_BYTES
from tests.service.raw import connected, head
from tests.service.running import RunningService
from tests.service.stores import on_one_store
from tests.service.waiting import until

pytestmark = on_one_store

_LIVE = head("GET", "/health/live", {})


async def _open(service: RunningService) -> int:
    return service.open_connections


async def _all_closed(service: RunningService) -> None:
    await until(lambda: _open(service), lambda count: count == 0)


async def test_a_connection_that_says_nothing_is_closed(hasty: RunningService) -> None:
    async with connected(hasty.port) as connection:
        assert await connection.end() == b""


@pytest.mark.parametrize("after_a_request", [False, True])
@pytest.mark.survives("Edge: headers that trickle in for ever", "408 in bounded time, and closed")
async def test_a_dripped_head_is_a_408(hasty: RunningService, after_a_request: bool) -> None:
    async with connected(hasty.port) as connection:
        if after_a_request:
            await connection.say(_LIVE)
            assert (await connection.answer()).status == 200

        async def drip() -> None:
            for byte in _LIVE[:-4] + b"x" * 100:
                connection.writer.write(bytes([byte]))
                await asyncio.sleep(0.05)

        began = time.monotonic()
        dripping = asyncio.create_task(drip())
        answer = await connection.answer()
        dripping.cancel()
        assert (answer.status, answer.problem) == (408, "request-timeout")
        assert time.monotonic() - began < 5
        assert await connection.end() == b""


async def test_blank_lines_are_no_way_to_hold_a_connection(hasty: RunningService) -> None:
    async with connected(hasty.port) as connection:
        answering = asyncio.create_task(connection.answer())
        while not answering.done():
            connection.writer.write(b"\r\n")
            await asyncio.wait([answering], timeout=0.05)
        assert (await answering).status == 408


async def test_a_connection_that_rests_is_closed(hasty: RunningService) -> None:
    async with connected(hasty.port) as connection:
        await connection.say(_LIVE)
        assert (await connection.answer()).status == 200
        assert await connection.end() == b""


async def test_a_connection_that_rests_a_little_is_kept(hasty: RunningService) -> None:
    async with connected(hasty.port) as connection:
        for _ in range(5):
            await connection.say(_LIVE)
            assert (await connection.answer()).status == 200
            await asyncio.sleep(0.5)


@pytest.mark.parametrize(
    "excess",
    [
        head("GET", "/health/live", {"X": "x" * MAX_HEADER_BYTES}),
        head("GET", "/health/live", {"X" * MAX_HEADER_BYTES: "x"}),
        head("GET", "/" + "x" * MAX_HEADER_BYTES, {}),
        head("GET", "/health/live", {f"X-{n}": "x" * 1000 for n in range(20)}),
        head("GET", "/health/live", {f"X-{n}": "" for n in range(200)}),
        _LIVE[:-2] + b"X: " + b"x" * (MAX_HEADER_BYTES * 10),
        b"GET /" + b"x" * (MAX_HEADER_BYTES * 10),
    ],
    ids=["value", "name", "target", "headers", "count", "endless value", "endless target"],
)
@pytest.mark.survives("Edge: headers too large or too many", "431, and closed")
async def test_a_head_that_is_too_large_is_a_431(hasty: RunningService, excess: bytes) -> None:
    async with connected(hasty.port) as connection:
        await connection.say(excess)
        answer = await connection.answer()
        assert (answer.status, answer.problem) == (431, "about:blank")
        assert await connection.end() == b""


async def test_a_head_of_usual_size_passes(hasty: RunningService) -> None:
    async with connected(hasty.port) as connection:
        headers = {f"X-{n}": "x" * 100 for n in range(80)}
        await connection.say(head("GET", "/health/live", headers))
        assert (await connection.answer()).status == 200


async def test_connections_beyond_the_most_are_turned_away(hasty: RunningService) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(MAX_CONNECTIONS):
            await stack.enter_async_context(connected(hasty.port))
        connection = await stack.enter_async_context(connected(hasty.port))
        answer = await connection.answer()
        assert (answer.status, answer.headers["retry-after"]) == (503, "1")
        assert await connection.end() == b""
    await _all_closed(hasty)
    async with connected(hasty.port) as connection:
        await connection.say(_LIVE)
        assert (await connection.answer()).status == 200


async def test_an_answer_that_nobody_reads_is_not_kept(hasty: RunningService) -> None:
    async with connected(hasty.port) as connection:
        connection.writer.transport.pause_reading()  # type: ignore[attr-defined]
        asset = head("GET", "/docs/swagger-ui-bundle.js", {})
        await connection.say(asset * 8)
        await until(lambda: _open(hasty), lambda count: count == 1)
        await _all_closed(hasty)


async def test_requests_sent_ahead_are_answered_in_order(hasty: RunningService) -> None:
    async with connected(hasty.port) as connection:
        await connection.say(_LIVE + head("GET", "/nothing", {}) + _LIVE)
        assert [(await connection.answer()).status for _ in range(3)] == [200, 404, 200]


async def test_too_many_requests_sent_ahead_are_not_all_taken(hasty: RunningService) -> None:
    async with connected(hasty.port) as connection:
        await connection.say(_LIVE * 1000)
        statuses = (await connection.end()).count(b"HTTP/1.1 200")
        assert 1 <= statuses < 50


@pytest.mark.parametrize("goes_on", [False, True])
async def test_who_was_refused_and_stays_is_let_go(hasty: RunningService, goes_on: bool) -> None:
    async with connected(hasty.port) as connection:
        await connection.say(b"hello\r\n\r\n")
        assert (await connection.answer()).status == 400

        async def left() -> int:
            if goes_on and hasty.open_connections:
                connection.writer.write(b"hello again")
            return hasty.open_connections

        await until(left, lambda count: count == 0)


async def test_what_follows_a_whole_request_does_not_tear_its_answer(
    hasty: RunningService,
) -> None:
    async with connected(hasty.port) as connection:
        await connection.say(_LIVE + b"\x00garbage\r\n\r\n")
        assert (await connection.answer()).status == 200
        assert await connection.end() == b""


async def test_a_request_sent_ahead_whose_body_breaks_off_is_not_begun(
    hasty: RunningService,
) -> None:
    begun = head("POST", "/upload/init", {"Transfer-Encoding": "chunked"})
    async with connected(hasty.port) as connection:
        await connection.say(_LIVE + begun + b"not a size\r\n")
        assert (await connection.answer()).status == 200
        assert await connection.end() == b""


async def test_who_closes_its_side_still_gets_its_answer(hasty: RunningService) -> None:
    async with connected(hasty.port) as connection:
        await connection.say(head("GET", "/health/ready", {}))
        connection.close_side()
        assert (await connection.answer()).status == 200
        assert await connection.end() == b""


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET /health/live HTTP/1.0\r\nHost: a\r\n\r\n",
        b"GET /health/live HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n",
        b"GET http://a/health/live HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /health/live?" + b"&" * 5000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
        b"\r\n\r\n" + _LIVE,
        head("GET", "/health/live", {"Connection": "Upgrade", "Upgrade": "websocket"}),
        head("GET", "/health/live", {"Expect": "100-continue"}),
        head("GET", "/health/live", {"Content-Length": "3"}) + b"abc",
        head("GET", "/health/live", {"Transfer-Encoding": "chunked"}) + b"3\r\nabc\r\n0\r\n\r\n",
    ],
    ids=lambda request: repr(request[:48]),
)
async def test_what_is_odd_but_plain_is_answered_once_and_the_connection_ends(
    hasty: RunningService, request_bytes: bytes
) -> None:
    async with connected(hasty.port) as connection:
        await connection.say(request_bytes)
        assert (await connection.answer()).status == 200
        assert await connection.end() == b""


@pytest.mark.parametrize(
    ("target", "status"), [("*", 404), ("/%zz", 404), ("/health/live", 405), ("http://", 400)]
)
async def test_targets_of_odd_kinds_lead_nowhere(
    hasty: RunningService, target: str, status: int
) -> None:
    async with connected(hasty.port) as connection:
        await connection.say(head("OPTIONS", target, {}))
        answer = await connection.answer()
        assert answer.status == status
        assert answer.problem in {"about:blank", "not-found", "malformed-request"}
