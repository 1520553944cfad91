"""The assembled service in this process: the real application on a real port, in a thread.

A loop of its own makes it a neighbour, not a part, of the test: what blocks it does not block the
client, and it can be stopped in good order or broken off like a process that died.
"""

import asyncio
import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Self, cast

import uvicorn
import uvloop

from chunk_service.adapters.postgres.reading import ReadingRows
from chunk_service.api.context import ApiContext
from chunk_service.api.server_protocol import ServerProtocol
from chunk_service.app import create_app
from chunk_service.cli.stack.ports import LOOPBACK
from chunk_service.settings.model import Settings
from chunk_service.usecases.read_upload import ReadUpload

_START_SECONDS = 20
_STOP_SECONDS = 20


class RunningService:
    """Made by `start`; `stop` or `break_off` ends it."""

    def __init__(self, settings: Settings) -> None:
        self._root_handlers = list(logging.getLogger().handlers)
        self._app = create_app(settings)
        self._listener = socket.create_server((LOOPBACK, 0))
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://{LOOPBACK}:{self.port}"
        config = uvicorn.Config(
            self._app,
            http=ServerProtocol,
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=_STOP_SECONDS,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run)
        self._loop: asyncio.AbstractEventLoop | None = None

    @classmethod
    def start(cls, settings: Settings) -> Self:
        """Returns once it answers."""
        service = cls(settings)
        service._thread.start()
        deadline = time.monotonic() + _START_SECONDS
        while not service._server.started:
            assert service._thread.is_alive(), "the service did not start"
            assert time.monotonic() < deadline, "the service does not answer"
            service._thread.join(0.005)
        return service

    @property
    def checked_out_connections(self) -> int:
        context: ApiContext = self._app.state.context
        rows = cast("ReadingRows", cast("ReadUpload", context.read).reading)
        return rows.database.checked_out()

    @property
    def open_connections(self) -> int:
        return len(self._server.server_state.connections)

    @property
    def requests_in_work(self) -> int:
        return len(self._server.server_state.tasks)

    def stop(self) -> None:
        self._server.should_exit = True
        self._ended()

    def break_off(self) -> None:
        """Connections are reset and every task is cancelled where it stands."""
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._cancel_everything)
        self._ended()

    def _run(self) -> None:
        with (
            suppress(asyncio.CancelledError),
            asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
        ):
            self._loop = runner.get_loop()
            runner.run(self._server.serve([self._listener]))

    def _cancel_everything(self) -> None:
        for server in self._server.servers:
            server.close()
        for connection in list(self._server.server_state.connections):
            connection.transport.abort()
        for task in asyncio.all_tasks():
            task.cancel()

    def _ended(self) -> None:
        self._thread.join(2 * _STOP_SECONDS)
        assert not self._thread.is_alive(), "the service does not stop"
        self._listener.close()
        logging.getLogger().handlers = self._root_handlers


@contextmanager
def running(settings: Settings) -> Iterator[RunningService]:
    service = RunningService.start(settings)
    try:
        yield service
    finally:
        service.stop()
