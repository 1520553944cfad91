"""Several processes of the service behind one socket: replaced when they die, stopped together.

Uvicorn's own way looks for signals twice a second, does not hear a second one, and leaves its
processes behind when it is killed. Here the parent sleeps until something happens, and a process
that loses its parent stops.
"""

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Final

import structlog
import uvicorn
from uvicorn.config import STARTUP_FAILURE

from chunk_service.cli.server import run_server

log = structlog.get_logger(__name__)

_SPAWN: Final = get_context("spawn")
_STOP_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)
# A process that dies at once is replaced at this pace.
_LEAST_LIFE_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class _Child:
    """`lifeline` stays open for as long as we live; `number` is its successor's too."""

    number: int
    process: SpawnProcess
    lifeline: Connection
    born: float


def supervise(config: uvicorn.Config, *, count: int, metrics_port: int | None = None) -> int:
    """Serve by `count` processes until a signal; the exit code. A second signal kills them.

    Their metrics are at `metrics_port` and the ports that follow it, one for each process.
    """
    listener = config.bind_socket()
    with _heard_signals() as signals:
        return _Parent(config, listener, signals, metrics_port).run(count)


class _Parent:
    def __init__(
        self,
        config: uvicorn.Config,
        listener: socket.socket,
        signals: socket.socket,
        metrics_port: int | None,
    ) -> None:
        self._config = config
        self._metrics_port = metrics_port
        self._listener = listener
        self._signals = signals
        self._children: list[_Child] = []
        self._exit_code: int | None = None

    def run(self, count: int) -> int:
        self._children = [self._born(number) for number in range(count)]
        while self._children:
            sentinels = [child.process.sentinel for child in self._children]
            if self._signals in wait([self._signals, *sentinels]):
                self._hear()
            self._look_after()
        assert self._exit_code is not None
        return self._exit_code

    def _hear(self) -> None:
        for number in self._signals.recv(64):
            if self._exit_code is None:
                self._stop(0)
            else:
                self._exit_code = 128 + number
                for child in self._children:
                    child.process.kill()

    def _stop(self, exit_code: int) -> None:
        self._exit_code = exit_code
        self._listener.close()
        for child in self._children:
            child.process.terminate()

    def _look_after(self) -> None:
        for child in [each for each in self._children if not each.process.is_alive()]:
            self._children.remove(child)
            child.lifeline.close()
            if child.process.exitcode == STARTUP_FAILURE and self._exit_code is None:
                self._stop(STARTUP_FAILURE)
            elif self._exit_code is None:
                self._replace(child)

    def _replace(self, child: _Child) -> None:
        log.error("process died", pid=child.process.pid, exit_code=child.process.exitcode)
        pause_seconds = child.born + _LEAST_LIFE_SECONDS - time.monotonic()
        if pause_seconds > 0 and wait([self._signals], pause_seconds):
            self._hear()
        if self._exit_code is None:
            self._children.append(self._born(child.number))

    def _born(self, number: int) -> _Child:
        its_end, our_end = _SPAWN.Pipe(duplex=False)
        metrics_port = None if self._metrics_port is None else self._metrics_port + number
        process = _SPAWN.Process(
            target=_serve, args=(self._config, self._listener, its_end, metrics_port)
        )
        process.start()
        its_end.close()
        return _Child(number, process, our_end, time.monotonic())


def _serve(
    config: uvicorn.Config,
    listener: socket.socket,
    lifeline: Connection,
    metrics_port: int | None,
) -> None:
    # The application reads its settings itself.
    if metrics_port is not None:
        os.environ["METRICS_PORT"] = str(metrics_port)
    threading.Thread(target=_stop_with_parent, args=(lifeline,), daemon=True).start()
    run_server(config, [listener])


def _stop_with_parent(lifeline: Connection) -> None:
    try:
        lifeline.recv_bytes()
    except EOFError:
        os.kill(os.getpid(), signal.SIGTERM)


@contextmanager
def _heard_signals() -> Iterator[socket.socket]:
    """A socket that the number of every signal to stop is written to."""
    reader, writer = socket.socketpair()
    writer.setblocking(False)  # noqa: FBT003 - as signal.set_wakeup_fd asks
    before = {number: signal.signal(number, lambda *_: None) for number in _STOP_SIGNALS}
    wakeup = signal.set_wakeup_fd(writer.fileno())
    try:
        yield reader
    finally:
        signal.set_wakeup_fd(wakeup)
        for number, handler in before.items():
            signal.signal(number, handler)
        reader.close()
        writer.close()
