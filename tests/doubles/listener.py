"""A TCP port of the loopback interface that can go away and come back under the same number.

Refusing is no flag: the listening socket is closed, so that the kernel refuses for us.
"""

import asyncio
from collections.abc import Awaitable, Callable

LOOPBACK = "127.0.0.1"
READ_BYTES = 256 * 1024

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


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
            self._server.close()
            self._server = None
        await self.reset_all()

    async def reset_all(self) -> None:
        tasks = dict(self._tasks)
        for task, writer in tasks.items():
            writer.transport.abort()
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

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
