"""A proxy before PostgreSQL that counts round trips: each ReadyForQuery is one wait of the client.

BEGIN and COMMIT count as everything does. It knows frames, not their meaning, but for the texts of
statements, which it counts by name.
https://www.postgresql.org/docs/current/protocol-message-formats.html
"""

import asyncio
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from chunk_service.cli.stack.ports import LOOPBACK

_HEADER = struct.Struct("!cI")
_STARTUP = struct.Struct("!I")
_READY, _PARSE, _BIND, _QUERY = b"Z", b"P", b"B", b"Q"


class RoundTrips:
    """What was counted so far; grows while it is read."""

    def __init__(self) -> None:
        self.count = 0
        self._asked: list[tuple[float, str]] = []

    @property
    def statements(self) -> Counter[str]:
        return Counter(text for _, text in self._asked)

    def note(self, statement: str) -> None:
        self._asked.append((time.monotonic(), statement))

    def asked_between(self, first: float, last: float) -> Counter[str]:
        """Statements between two moments of the monotonic clock."""
        return Counter(text for at, text in self._asked if first <= at <= last)

    def forget(self) -> None:
        self.count = 0
        self._asked.clear()


@contextmanager
def counting_proxy(postgres_port: int, *, port: int) -> Iterator[RoundTrips]:
    """Listens inside the block; connections must not ask for TLS."""
    counted = RoundTrips()
    loop = asyncio.new_event_loop()
    proxy = _Proxy(postgres_port, counted)
    server = loop.run_until_complete(asyncio.start_server(proxy.connect, LOOPBACK, port))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield counted
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        with suppress(RuntimeError):
            loop.run_until_complete(_cancel_rest())
        loop.close()


async def _cancel_rest() -> None:
    rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)


class _Proxy:
    def __init__(self, postgres_port: int, counted: RoundTrips) -> None:
        self._postgres_port = postgres_port
        self._counted = counted

    async def connect(self, client: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        answers, server = await asyncio.open_connection(LOOPBACK, self._postgres_port)
        try:
            await _pass_startup(client, server)
            asked = _Asked(self._counted)
            async with asyncio.TaskGroup() as both:
                both.create_task(_pass_frames(client, server, asked.note))
                both.create_task(_pass_frames(answers, back, self._note_ready))
        except* (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            server.close()
            back.close()

    def _note_ready(self, kind: bytes, _content: bytes) -> None:
        self._counted.count += kind == _READY


class _Asked:
    """What one connection asks: prepared statements have names there, used again and again."""

    def __init__(self, counted: RoundTrips) -> None:
        self._counted = counted
        self._texts: dict[bytes, str] = {}

    def note(self, kind: bytes, content: bytes) -> None:
        if kind == _PARSE:
            name, text, _ = content.split(b"\0", 2)
            self._texts[name] = _short(text)
        elif kind == _BIND:
            _, name, _ = content.split(b"\0", 2)
            self._counted.note(self._texts.get(name, "?"))
        elif kind == _QUERY:
            self._counted.note(_short(content.rstrip(b"\0")))


def _short(text: bytes) -> str:
    return " ".join(text.decode(errors="replace").split())[:100]


async def _pass_startup(client: asyncio.StreamReader, server: asyncio.StreamWriter) -> None:
    size = await client.readexactly(_STARTUP.size)
    server.write(size + await client.readexactly(_STARTUP.unpack(size)[0] - _STARTUP.size))


async def _pass_frames(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    note: Callable[[bytes, bytes], None],
) -> None:
    while True:
        header = await reader.readexactly(_HEADER.size)
        kind, size_bytes = _HEADER.unpack(header)
        content = await reader.readexactly(size_bytes - 4)
        note(kind, content)
        writer.write(header + content)
        await writer.drain()
