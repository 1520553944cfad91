"""The proxy is transparent until told otherwise, and then does exactly what it was told."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import closing, suppress

import pytest

from tests.doubles.fault_proxy import FaultProxy
from tests.doubles.listener import LOOPBACK, Listener
from tests.doubles.loop_thread import LoopThread
from tests.doubles.tcp_relay import Direction, Ending

SILENCE_SECONDS = 0.2
MESSAGE = bytes(range(200))


@pytest.fixture
def proxy() -> Iterator[FaultProxy]:
    """Before a server that answers with what it is told."""
    thread = LoopThread("echo")

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1000):
            writer.write(data)

    listener = thread.call(Listener, echo)
    thread.run(listener.open())
    proxy = FaultProxy.start(LOOPBACK, listener.port)
    yield proxy
    proxy.stop()
    thread.stop(listener.close)


def dial(proxy: FaultProxy) -> "closing[socket.socket]":
    return closing(socket.create_connection((proxy.host, proxy.port), timeout=5))


def told(line: socket.socket, *, enough: int = len(MESSAGE)) -> bytes:
    """What comes until it is enough, or until the line ends or is silent."""
    found = b""
    line.settimeout(SILENCE_SECONDS)
    with suppress(TimeoutError, ConnectionResetError):
        while len(found) < enough and (data := line.recv(1000)):
            found += data
    return found


def test_bytes_pass_in_both_directions(proxy: FaultProxy) -> None:
    with dial(proxy) as line:
        line.sendall(MESSAGE)
        assert told(line) == MESSAGE
    assert {proxy.carried_bytes(each) for each in Direction} == {len(MESSAGE)}


def test_the_end_of_a_stream_passes(proxy: FaultProxy) -> None:
    with dial(proxy) as line:
        line.sendall(MESSAGE)
        line.shutdown(socket.SHUT_WR)
        assert told(line, enough=1000) == MESSAGE


@pytest.mark.parametrize("direction", Direction)
def test_one_bit_is_flipped_once(proxy: FaultProxy, direction: Direction) -> None:
    proxy.trap(direction, after_bytes=5, ending=Ending.FLIP)
    with dial(proxy) as line:
        line.sendall(MESSAGE)
        assert told(line) == MESSAGE[:5] + b"\x04" + MESSAGE[6:]
        line.sendall(MESSAGE)
        assert told(line) == MESSAGE


@pytest.mark.parametrize("ending", [Ending.RESET, Ending.CLOSE])
def test_a_line_ends_after_so_many_bytes_and_the_next_does_not(
    proxy: FaultProxy, ending: Ending
) -> None:
    proxy.trap(Direction.UP, after_bytes=150, ending=ending)
    with dial(proxy) as line:
        line.sendall(MESSAGE[:100])
        assert told(line, enough=100) == MESSAGE[:100]
        line.sendall(MESSAGE[100:])
        assert len(told(line)) <= 50
    with dial(proxy) as line:
        line.sendall(MESSAGE)
        assert told(line) == MESSAGE


def test_dropped_answers_are_lost_for_good(proxy: FaultProxy) -> None:
    with dial(proxy) as line:
        proxy.drop(Direction.DOWN)
        line.sendall(MESSAGE)
        assert told(line) == b""
        assert proxy.carried_bytes(Direction.UP) == len(MESSAGE)
        proxy.heal()
        line.sendall(b"again")
        assert told(line, enough=5) == b"again"


def test_a_black_hole_gives_back_what_it_held(proxy: FaultProxy) -> None:
    with dial(proxy) as line:
        proxy.black_hole()
        line.sendall(MESSAGE)
        assert told(line) == b""
        proxy.heal()
        assert told(line) == MESSAGE


def test_a_refused_line_is_refused_and_comes_back_at_its_port(proxy: FaultProxy) -> None:
    with dial(proxy) as line:
        port = proxy.port
        proxy.refuse()
        assert told(line) == b""
        with pytest.raises(ConnectionRefusedError):
            dial(proxy)
        proxy.heal()
    assert proxy.port == port
    with dial(proxy) as line:
        line.sendall(MESSAGE)
        assert told(line) == MESSAGE


def test_a_reset_ends_what_is_connected(proxy: FaultProxy) -> None:
    with dial(proxy) as line:
        line.sendall(MESSAGE)
        assert told(line) == MESSAGE
        proxy.reset()
        with pytest.raises(ConnectionResetError):
            line.recv(1)


def test_a_delay_comes_late_and_whole(proxy: FaultProxy) -> None:
    proxy.delay(2 * SILENCE_SECONDS)
    with dial(proxy) as line:
        line.sendall(MESSAGE)
        assert told(line) == b""
        line.settimeout(5)
        assert line.recv(1000) == MESSAGE
