"""An origin of its own, whose pages are what lies in a folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Self

from chunk_service.cli.stack.ports import LOOPBACK


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Into no test's output."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    folder: Path
    origin: str

    @classmethod
    @contextmanager
    def served(cls, folder: Path) -> Iterator[Self]:
        handler = partial(_Quiet, directory=str(folder))
        with ThreadingHTTPServer((LOOPBACK, 0), handler) as server:
            Thread(target=server.serve_forever).start()
            yield cls(folder, f"http://{LOOPBACK}:{server.server_port}")
            server.shutdown()
