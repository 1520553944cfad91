"""Bodies as they come through the server's protocol: cut anywhere, one behind the other."""

import asyncio
import hashlib
import random

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from chunk_service.api.arriving import MOST_HELD_BYTES, receive_of
from chunk_service.api.server_protocol import ServerProtocol
from tests.api.served import connected, next_answer, told

_SIZES = [0, 1, 100, 70_000, 3 * MOST_HELD_BYTES, 5, 300_000, 0, 65_536, 1]


async def _digesting(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with the size and the SHA-256 of what it was sent."""
    receive = receive_of(scope, receive)
    digest, size_bytes, more_body = hashlib.sha256(), 0, True
    while more_body:
        message = await receive()
        assert message["type"] == "http.request"
        digest.update(message["body"])
        size_bytes += len(message["body"])
        more_body = message["more_body"]
        await asyncio.sleep(0)
    await PlainTextResponse(f"{size_bytes:09} {digest.hexdigest()}")(scope, receive, send)


async def _hasty(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers without a look at the body."""
    await PlainTextResponse(f"{scope['method']:9} {'-' * 64}")(scope, receive, send)


def _request(content: bytes, *, chunked: bool) -> bytes:
    head = b"PUT / HTTP/1.1\r\nHost: a\r\n"
    if not chunked:
        return head + b"Content-Length: %d\r\n\r\n" % len(content) + content
    middle = len(content) // 2
    coded = b"".join(
        b"%x\r\n%b\r\n" % (len(piece), piece)
        for piece in (content[:middle], content[middle:])
        if piece
    )
    return head + b"Transfer-Encoding: chunked\r\n\r\n" + coded + b"0\r\n\r\n"


def _is_paused(protocol: ServerProtocol) -> bool:
    return protocol.flow.read_paused


@pytest.mark.parametrize("seed", range(8))
async def test_bodies_cut_anywhere_arrive_whole_and_in_order(seed: int) -> None:
    dice = random.Random(seed)
    contents = [dice.randbytes(size) for size in _SIZES]
    stream = b"".join(_request(each, chunked=dice.random() < 0.3) for each in contents)
    async with connected(_digesting) as (reader, _, protocol):
        position = 0
        while position < len(stream):
            step = dice.choice([1, 30, 1000, 65_536, 262_144, 1_000_000])
            protocol.data_received(stream[position : position + step])
            position += step
            if dice.random() < 0.2:
                await asyncio.sleep(0)
        assert [await next_answer(reader) for _ in contents] == [told(each) for each in contents]


async def test_a_reader_that_lags_stops_the_connection_and_sets_it_going() -> None:
    may_read = asyncio.Event()

    async def late(scope: Scope, receive: Receive, send: Send) -> None:
        await may_read.wait()
        await _digesting(scope, receive, send)

    content = bytes(2 * MOST_HELD_BYTES)
    async with connected(late) as (reader, _, protocol):
        request = _request(content, chunked=False)
        protocol.data_received(request[:MOST_HELD_BYTES])
        assert not _is_paused(protocol)
        protocol.data_received(request[MOST_HELD_BYTES:-10])
        assert _is_paused(protocol)
        may_read.set()
        while _is_paused(protocol):  # noqa: ASYNC110 - the connection tells nobody
            await asyncio.sleep(0)
        protocol.data_received(request[-10:])
        assert await next_answer(reader) == told(content)


async def test_what_comes_behind_its_answer_is_passed_over() -> None:
    request = _request(bytes(3 * MOST_HELD_BYTES), chunked=False)
    async with connected(_hasty) as (reader, _, protocol):
        protocol.data_received(request[:1000])
        assert (await next_answer(reader)).startswith("PUT")
        protocol.data_received(request[1000:-1])
        assert not _is_paused(protocol)
        protocol.data_received(request[-1:] + b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert (await next_answer(reader)).startswith("GET")


async def test_a_client_that_is_gone_ends_a_body_before_what_is_left_of_it() -> None:
    seen: list[str] = []
    is_over = asyncio.Event()

    async def noting(scope: Scope, receive: Receive, _: Send) -> None:
        receive = receive_of(scope, receive)
        await asyncio.sleep(0.05)
        seen.append((await receive())["type"])
        is_over.set()

    async with connected(noting) as (_, _, protocol):
        protocol.data_received(_request(bytes(100), chunked=False)[:-1])
        await asyncio.sleep(0)
        protocol.transport.abort()
        async with asyncio.timeout(5):
            await is_over.wait()
    assert seen == ["http.disconnect"]
