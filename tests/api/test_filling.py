"""Long bodies, read into buffers by the connection: over real sockets, on both event loops."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import uvloop
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from chunk_service.api.arriving import receive_of
from chunk_service.api.body_buffers import LARGEST_BYTES, BodyBuffers
from chunk_service.api.filling import HOLD_SECONDS, LEAST_FILLED_BYTES, Filling
from chunk_service.domain.uploads import Piece
from tests.api.served import connected, next_answer, told

Run = Callable[[Awaitable[None]], None]

_SIZES = [
    3 * LARGEST_BYTES + 1,
    LEAST_FILLED_BYTES + 100,
    0,
    10,
    LARGEST_BYTES,
    2 * LEAST_FILLED_BYTES,
]


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Run:
    def run(call: Awaitable[None]) -> None:
        async def within_time() -> None:
            async with asyncio.timeout(30):
                await call

        with asyncio.Runner(loop_factory=request.param) as runner:
            runner.run(within_time())

    return run


async def _keeping(scope: Scope, receive: Receive, send: Send) -> None:
    """Holds every piece to the end, then answers with the size and the SHA-256 of all."""
    pieces = [message["body"] async for message in _messages(receive_of(scope, receive))]
    await PlainTextResponse(told(b"".join(pieces)))(scope, receive, send)


async def _messages(receive: Receive) -> AsyncIterator[Message]:
    more_body = True
    while more_body:
        message = await receive()
        assert message["type"] == "http.request"
        yield message
        more_body = message["more_body"]


def _request(content: bytes) -> bytes:
    return b"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % len(content) + content


@pytest.mark.parametrize("seed", range(3))
def test_bodies_behind_each_other_arrive_whole_and_in_order(run: Run, seed: int) -> None:
    dice = random.Random(seed)
    contents = [dice.randbytes(size) for size in _SIZES * 2]

    async def send(writer: asyncio.StreamWriter) -> None:
        stream = b"".join(map(_request, contents))
        while stream:
            step = dice.choice([1, 1000, 65_536, 1_000_000])
            writer.write(stream[:step])
            stream = stream[step:]
            await writer.drain()
            await asyncio.sleep(dice.choice([0, 0, 0.001]))

    async def check() -> None:
        async with connected(_keeping) as (reader, writer, _), asyncio.TaskGroup() as group:
            group.create_task(send(writer))
            answers = [await next_answer(reader) for _ in contents]
        assert answers == [told(each) for each in contents]

    run(check())


def test_a_slow_client_is_seen_before_a_buffer_is_full(run: Run) -> None:
    came: asyncio.Queue[Piece] = asyncio.Queue()

    async def noting(scope: Scope, receive: Receive, send: Send) -> None:
        async for message in _messages(receive_of(scope, receive)):
            await came.put(message["body"])

    async def check() -> None:
        content = random.Random(0).randbytes(LARGEST_BYTES)
        request = _request(content)
        async with connected(noting) as (_, writer, protocol):
            writer.write(request[:-600_000])
            pieces = [await came.get()]
            assert protocol.transport.get_protocol() is not protocol
            while sum(map(len, pieces)) < len(content) - 600_000:
                pieces.append(await came.get())
            writer.write(request[-600_000:-300_000])
            pieces.append(await came.get())
            assert len(pieces[-1]) == 300_000
            writer.write(request[-300_000:])
            pieces.append(await came.get())
            assert b"".join(pieces) == content
            assert protocol.transport.get_protocol() is protocol

    run(check())


def test_a_slow_client_keeps_no_buffer_while_nothing_comes(run: Run) -> None:
    class Taker(asyncio.Protocol):
        taken = b""

        def data_received(self, data: Piece) -> None:
            self.taken += data

        def body_filled(self) -> None:
            raise AssertionError("more was declared")

    async def check() -> None:
        buffers, taker = BodyBuffers(), Taker()
        loop = asyncio.get_running_loop()
        filling = Filling(taker, LARGEST_BYTES, buffers=buffers, loop=loop)
        for said in (b"abc", b"de"):
            filling.get_buffer(-1)[: len(said)] = said
            filling.buffer_updated(len(said))
            assert not buffers.kept
            await asyncio.sleep(2 * HOLD_SECONDS)
            assert len(buffers.kept) == 1
        assert taker.taken == b"abcde"
        filling.connection_lost(None)
        assert len(buffers.kept) == 1

    run(check())


def test_a_reader_that_lags_stops_the_connection(
    run: Run,
) -> None:
    async def check() -> None:
        may_read = asyncio.Event()

        async def late(scope: Scope, receive: Receive, send: Send) -> None:
            await may_read.wait()
            await _keeping(scope, receive, send)

        content = random.Random(0).randbytes(5 * LARGEST_BYTES)
        async with connected(late) as (reader, writer, protocol):
            writer.write(_request(content))
            while not protocol.flow.read_paused:  # noqa: ASYNC110 - the connection tells nobody
                await asyncio.sleep(0.001)
            await asyncio.sleep(0.2)
            assert writer.transport.get_write_buffer_size() > LARGEST_BYTES
            may_read.set()
            assert await next_answer(reader) == told(content)

    run(check())


def test_a_body_behind_its_answer_is_passed_over(
    run: Run,
) -> None:
    async def hasty(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse(f"{scope['method']:9} {'-' * 64}")(scope, receive, send)

    async def check() -> None:
        async with connected(hasty) as (reader, writer, _):
            writer.write(_request(bytes(3 * LARGEST_BYTES)) + b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            assert (await next_answer(reader)).startswith("PUT")
            assert (await next_answer(reader)).startswith("GET")

    run(check())


@pytest.mark.parametrize("size_bytes", [LARGEST_BYTES, 2 * LARGEST_BYTES])
def test_a_buffer_is_given_once_even_where_its_bytes_are_not_taken(
    run: Run, size_bytes: int
) -> None:
    class Broken(asyncio.Protocol):
        def data_received(self, data: Piece) -> None:
            raise BrokenPipeError

        def body_filled(self) -> None:
            pass

    async def check() -> None:
        buffers = BodyBuffers()
        loop = asyncio.get_running_loop()
        filling = Filling(Broken(), size_bytes, buffers=buffers, loop=loop)
        filling.get_buffer(-1)
        with pytest.raises(BrokenPipeError):
            filling.buffer_updated(LARGEST_BYTES)
        filling.connection_lost(None)
        assert buffers.take() is not buffers.take()

    run(check())


@pytest.mark.parametrize("end", ["write_eof", "close"])
def test_a_client_that_goes_ends_the_body(run: Run, end: str) -> None:
    async def check() -> None:
        seen: list[Message] = []
        is_over = asyncio.Event()

        async def noting(scope: Scope, receive: Receive, send: Send) -> None:
            receive = receive_of(scope, receive)
            while not seen or seen[-1]["type"] != "http.disconnect":
                seen.append(await receive())
            is_over.set()

        async with connected(noting) as (_, writer, protocol):
            writer.write(_request(bytes(LARGEST_BYTES))[:-10])
            while protocol.transport.get_protocol() is protocol:  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.001)
            getattr(writer, end)()
            await is_over.wait()
        assert all(message.get("more_body", True) for message in seen)

    run(check())
