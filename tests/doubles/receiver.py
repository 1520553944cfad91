"""A receiver of events that keeps all it is sent and answers as it is told: well, badly, or never.

What it was sent counts as received before it answers, as a receiver's own commit would.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum

from tests.doubles import http
from tests.doubles.listener import LOOPBACK, Listener, reset
from tests.doubles.loop_thread import LoopThread

_ENDLESS_PIECE = b"x" * 4096


class Fault(StrEnum):
    """`LOST`: it took the event, but the connection is reset before it answers."""

    RESET = "reset"
    LOST = "answer lost"
    HANG = "hang"
    ENDLESS = "endless body"


@dataclass(frozen=True, slots=True)
class Received:
    path: str
    headers: Mapping[str, str]
    body: bytes
    at: float
    reply: "Reply"

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def is_taken(self) -> bool:
        if isinstance(self.reply, http.Answer):
            return 200 <= self.reply.status < 300
        return self.reply is Fault.LOST


Reply = http.Answer | Fault
OK = http.Answer(204)
Decide = Callable[[Received], Reply]


def always(reply: Reply) -> Decide:
    return lambda _: reply


@dataclass
class ReceiverDouble:
    """`decide` is asked for every request, with the reply still unset."""

    decide: Decide
    pause_seconds: float = 0
    got: list[Received] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}/events"

    def wait_for(self, holds: Callable[[list[Received]], object], seconds: float = 20) -> None:
        """Returns as soon as what was got `holds`; AssertionError at the deadline."""
        with self.changed:
            held = self.changed.wait_for(lambda: holds(self.got), seconds)
        assert held, f"got {len(self.got)}"

    def ids(self) -> list[str]:
        return [each.id for each in self.got]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = await http.read_head(reader)
            body = b"".join([piece async for piece in http.read_body(head, reader, writer)])
            await self._reply(self._take(head, body), writer)

    def _take(self, head: http.Head, body: bytes) -> Reply:
        asked = Received(head.path, head.headers, body, time.monotonic(), OK)
        reply = self.decide(asked)
        with self.changed:
            self.got.append(Received(head.path, head.headers, body, asked.at, reply))
            self.changed.notify_all()
        return reply

    async def _reply(self, reply: Reply, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(self.pause_seconds)
        match reply:
            case http.Answer():
                await http.send(reply, "POST", writer)
            case Fault.RESET | Fault.LOST:
                reset(writer)
                raise ConnectionError
            case Fault.HANG:
                await asyncio.Event().wait()
            case Fault.ENDLESS:
                await _never_end(writer)


async def _never_end(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\n")
    while True:
        writer.write(_ENDLESS_PIECE)
        await writer.drain()


@contextmanager
def receiving(decide: Decide = always(OK), *, pause_seconds: float = 0) -> Iterator[ReceiverDouble]:
    double = ReceiverDouble(decide, pause_seconds)
    listener = Listener(double.serve)
    thread = LoopThread("receiver")
    thread.run(listener.open())
    double.port = listener.port
    try:
        yield double
    finally:
        thread.stop(listener.close)
