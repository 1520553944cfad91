"""The client of the benchmarks: a rate where one is asked for, and how much was sent."""

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.client.connection import CallFailed, Connection
from benchmarks.client.source import Source, Span, prepared

_MIB = 1024**2


@pytest.fixture
def source(tmp_path: Path) -> Iterator[Source]:
    with prepared(tmp_path) as source:
        yield source


@pytest.fixture
def sink() -> Iterator[socket.socket]:
    """Its other end takes everything."""
    one, other = socket.socketpair()

    def swallow() -> None:
        while other.recv(_MIB):
            pass

    thread = threading.Thread(target=swallow)
    thread.start()
    with one, other:
        yield one
        one.shutdown(socket.SHUT_WR)
        thread.join()


def test_a_paced_source_takes_the_time_of_its_rate(source: Source, sink: socket.socket) -> None:
    began = time.monotonic()
    source.send(sink, Span(0, _MIB), bytes_per_second=5 * _MIB)
    assert time.monotonic() - began >= 0.18


def test_what_was_sent_is_counted(source: Source, sink: socket.socket) -> None:
    source.send(sink, Span(0, _MIB))
    source.send(sink, Span(5 * _MIB, 3))
    assert source.progress.sent_bytes == _MIB + 3


def test_an_answer_that_is_no_success_fails_the_run(source: Source) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        host, port = listener.getsockname()
        answering = threading.Thread(target=_answer, args=(listener, b"HTTP/1.1 503 No\r\n\r\n"))
        answering.start()
        with (
            Connection(f"http://{host}:{port}", source) as line,
            pytest.raises(CallFailed, match="503"),
        ):
            line.call("PUT", "/", {}, [Span(0, 1000)])
        answering.join()


def _answer(listener: socket.socket, answer: bytes) -> None:
    sock, _ = listener.accept()
    with sock:
        sock.recv(_MIB)
        sock.sendall(answer)
        while sock.recv(_MIB):
            pass
