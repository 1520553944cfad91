"""A TCP port of the loopback interface that can go away and come back under the same number.

Refusing is no flag: the listening socket is closed, so that the kernel refuses for us.
"""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Awaitable, Callable

LOOPBACK = "127.0.0.1"
READ_BYTES = 256 * 1024

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


_DISCARD_AT_CLOSE = struct.pack("ii", 1, 0)


def reset(writer: asyncio.StreamWriter) -> None:
    """End the connection by RST, which `abort` alone does only where bytes are unread."""
    connected: socket.socket | None = writer.get_extra_info("socket")
    if connected is not None and not writer.transport.is_closing():
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _DISCARD_AT_CLOSE)
    writer.transport.abort()


async def ended(writer: asyncio.StreamWriter) -> None:
    """Wait until the connection is gone, however it ended."""
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()


class Listener:
    def __init__(self, serve: Serve, *, port: int = 0) -> None:
        self._serve = serve
        self.port = port
        self._server: asyncio.Server | None = None
        self._tasks: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    @property
    def connections(self) -> int:
        return len(self._tasks)

    async def open(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(
                self._accept, LOOPBACK, self.port, limit=4 * READ_BYTES, backlog=1024
            )
            self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Refuse from now on, and reset what is connected."""
        if self._server is not None:
            await self._accept_no_more(self._server)
            self._server.close()
            self._server = None
        await self.reset_all()

    async def _accept_no_more(self, server: asyncio.Server) -> None:
        """asyncio drops a connection unclosed whose server is closed while it is being accepted."""
        for listening in server.sockets:
            asyncio.get_running_loop().remove_reader(listening.fileno())
        for _ in range(3):
            await asyncio.sleep(0)

    async def reset_all(self) -> None:
        tasks = dict(self._tasks)
        for task, writer in tasks.items():
            reset(writer)
            task.cancel()
        await asyncio.gather(*tasks, *map(ended, tasks.values()), return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._run(reader, writer))
        self._tasks[task] = writer
        task.add_done_callback(self._tasks.pop)

    async def _run(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._serve(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
            await ended(writer)
