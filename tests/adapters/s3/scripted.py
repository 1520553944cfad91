"""A store that does what its script says, one step for each request: faults that no real one shows.

Steps speak raw bytes to raw streams; the steps that several tests need are here.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import Executor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from chunk_service.adapters.s3.client import open_store
from chunk_service.adapters.s3.options import S3Options
from chunk_service.adapters.s3.store import S3Store
from tests.doubles.listener import ended

OK_PART = b'HTTP/1.1 200 OK\r\nETag: "abc"\r\nContent-Length: 0\r\n\r\n'


@dataclass
class Request:
    """One request whose head was read and whose body was not."""

    head: str
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @property
    def length_bytes(self) -> int:
        lines = self.head.lower().splitlines()
        return int(next((line[16:] for line in lines if line.startswith("content-length: ")), "0"))

    async def body(self) -> bytes:
        return await self.reader.readexactly(self.length_bytes)


Step = Callable[[Request], Awaitable[None]]


@dataclass
class ScriptedStore:
    """`steps` are taken in order, the last for ever; a step that leaves closes nothing."""

    steps: list[Step]
    endpoint_url: str = ""
    heads: list[str] = field(default_factory=list)
    connections: int = 0
    server: asyncio.Server | None = None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while not writer.is_closing():
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                self.heads.append(head)
                step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
                await step(Request(head, reader, writer))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def scripted_store(
    *steps: Step, tls: ssl.SSLContext | None = None
) -> AsyncIterator[ScriptedStore]:
    store = ScriptedStore(list(steps))
    tasks: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks[asyncio.create_task(store.serve(reader, writer))] = writer

    store.server = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=tls)
    host, port = store.server.sockets[0].getsockname()
    store.endpoint_url = f"{'http' if tls is None else 'https'}://{host}:{port}"
    try:
        yield store
    finally:
        store.server.close()
        for task, writer in tasks.items():
            task.cancel()
            writer.transport.abort()
        await asyncio.gather(*tasks, *map(ended, tasks.values()), return_exceptions=True)


@asynccontextmanager
async def opened(
    executor: Executor,
    *steps: Step,
    read_timeout_seconds: float = 60,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[tuple[S3Store, ScriptedStore]]:
    async with scripted_store(*steps, tls=tls) as scripted:
        options = S3Options(
            region="us-east-1",
            endpoint_url=scripted.endpoint_url,
            access_key="access",
            secret_key="secret",
            addressing_style="path",
            read_timeout_seconds=read_timeout_seconds,
        )
        async with open_store(options, executor=executor) as store:
            yield store, scripted


def document(status: str, body: str) -> bytes:
    return (
        f"HTTP/1.1 {status}\r\nContent-Type: application/xml\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


def error(status: str, code: str) -> bytes:
    return document(
        status, f"<Error><Code>{code}</Code><Message>no secrets, {code}</Message></Error>"
    )


def answering(raw: bytes) -> Step:
    """Read the whole body, then answer."""

    async def step(request: Request) -> None:
        await request.body()
        request.writer.write(raw)

    return step


def answering_early(raw: bytes) -> Step:
    """Answer at once and read no byte of the body, nor close, for as long as the peer stays."""

    async def step(request: Request) -> None:
        request.writer.write(raw)
        await asyncio.Event().wait()

    return step


async def reset(request: Request) -> None:
    """Read a little of the body, then RST."""
    await request.reader.readexactly(min(1000, request.length_bytes))
    request.writer.transport.abort()
