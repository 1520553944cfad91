"""One server in this process: how it is set up, and that a stop which was asked for ends well.

Uvicorn repeats the signal that stopped it when it is done; by default that would be a death.
"""

import gc
import resource
import signal
import socket
import sys
from collections.abc import Sequence
from types import FrameType
from typing import Final, NoReturn

import uvicorn

from chunk_service.settings.model import Settings

_BACKLOG: Final = 2048
# More than this no process of ours can serve anyway.
_MOST_FILES: Final = 65_536
# When the server is told to stop, nothing is in work any more: what is left is to say so.
_CLOSING_SECONDS: Final = 6


def server_config(settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        "chunk_service.app:create_app",
        factory=True,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="chunk_service.api.server_protocol:ServerProtocol",
        ws="none",
        lifespan="on",
        backlog=_BACKLOG,
        # Our own logs and our own one line a request, see chunk_service/log.py.
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_CLOSING_SECONDS,
    )


def run_server(config: uvicorn.Config, listeners: Sequence[socket.socket] | None = None) -> None:
    """Serve until a signal; exits with 0 then, with 3 where it could not start."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _end_well)
    _allow_files()
    _Server(config).run(None if listeners is None else list(listeners))


class _Server(uvicorn.Server):
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """What is there by then stays for good. To look for garbage among it would halt everything
        for a tenth of a second, and again with every few thousand new objects.
        """
        await super().startup(sockets)
        gc.collect()
        gc.freeze()


def _end_well(_number: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(0)


def _allow_files() -> None:
    """Connections and chunks are files; the usual soft limit of 1,024 is for programs of old."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(hard, _MOST_FILES) if hard != resource.RLIM_INFINITY else _MOST_FILES
    if wanted > soft:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
