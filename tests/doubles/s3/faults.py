"""Faults that a store has shown somewhere, each a way through an exchange; and when they come.

A rule counts the requests it fits: it lets `skip` of them pass, spoils the next `times` (None: all)
and is spent. A test with a fault of its own writes it as a coroutine like those here.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from tests.doubles.s3.documents import document, element
from tests.doubles.s3.errors import S3Error
from tests.doubles.s3.exchange import Exchange
from tests.doubles.s3.requests import Address
from tests.doubles.s3.tampering import flip_part, forget_multiparts

Fault = Callable[[Exchange], Awaitable[None]]

_HELD_SECONDS = 20


@dataclass(slots=True)
class Rule:
    fault: Fault
    operation: str = "*"
    key: str = "*"
    skip: int = 0
    times: int | None = 1
    hits: int = 0

    def takes(self, address: Address) -> bool:
        """Count a request that fits; whether the fault is for this one."""
        fits = fnmatchcase(address.operation, self.operation) and fnmatchcase(address.key, self.key)
        if not fits:
            return False
        self.hits += 1
        number = self.hits - self.skip
        return number > 0 and (self.times is None or number <= self.times)


def answering(code: str, *, status: int | None = None) -> Fault:
    """Not done, and told so."""

    async def fault(exchange: Exchange) -> None:
        await exchange.receive()
        await exchange.send(exchange.refused(S3Error(code), status=status))

    return fault


def answering_unread(code: str) -> Fault:
    """Not done, and told so before the body was read; then the connection ends."""

    async def fault(exchange: Exchange) -> None:
        await exchange.send(exchange.refused(S3Error(code)))
        exchange.close()

    return fault


async def reset_before(exchange: Exchange) -> None:
    """Not done, not told."""
    exchange.entry.result = "reset"
    exchange.reset()


async def lose_answer(exchange: Exchange) -> None:
    """Done, not told: the connection ends."""
    await exchange.serve()
    exchange.note("answer lost")
    exchange.reset()


async def withhold_answer(exchange: Exchange) -> None:
    """Done, not told: the connection stays silent until the peer gives up."""
    await exchange.serve()
    exchange.note("answer withheld")
    await asyncio.Event().wait()


async def hang(exchange: Exchange) -> None:
    """Not done, not told: the connection stays silent until the peer gives up."""
    await exchange.receive()
    exchange.entry.result = "hung"
    await asyncio.Event().wait()


async def cut_answer(exchange: Exchange) -> None:
    """Done, and half told."""
    answer = await exchange.serve()
    exchange.note("answer cut")
    body = answer.body if isinstance(answer.body, bytes) else b""
    promised = answer.length_bytes or len(body) or 1
    await exchange.send(
        type(answer)(answer.status, answer.headers, body[: len(body) // 2], promised)
    )
    exchange.close()


def error_inside_success(code: str = "InternalError", *, done: bool) -> Fault:
    """A status of 200 whose body is an error, though the operation may have been carried out."""

    async def fault(exchange: Exchange) -> None:
        if done:
            await exchange.serve()
        await exchange.receive()
        answer = exchange.refused(S3Error(code), status=200)
        exchange.note("done" if done else "not done")
        await exchange.send(answer)

    return fault


def empty_success(*, done: bool) -> Fault:
    """A status of 200 that says nothing."""

    async def fault(exchange: Exchange) -> None:
        if done:
            await exchange.serve()
        await exchange.receive()
        await exchange.send(document(element("Result")))

    return fault


async def claim_success(exchange: Exchange) -> None:
    """Not done, and told as if it were, with an ETag and all."""
    await exchange.receive()
    exchange.note("not done, said to be")
    etag = '"d41d8cd98f00b204e9800998ecf8427e"'
    told = document(element("CompleteMultipartUploadResult", element("ETag", etag)))
    await exchange.send(type(told)(told.status, {**told.headers, "ETag": etag}, told.body))


def delayed(seconds: float) -> Fault:
    async def fault(exchange: Exchange) -> None:
        await exchange.receive()
        await asyncio.sleep(seconds)
        await exchange.send(exchange.apply())

    return fault


def landing_late(answer: Fault = reset_before) -> Fault:
    """Taken in now, told as by `answer`, and carried out when the double is told to `land`."""

    async def fault(exchange: Exchange) -> None:
        await exchange.receive()
        exchange.late.append(exchange.apply)
        await answer(exchange)
        exchange.note("lands late")

    return fault


async def forget_multipart(exchange: Exchange) -> None:
    """The key's multipart uploads are gone; then the request is served."""
    forget_multiparts(exchange.holdings, exchange.address.bucket, exchange.address.key)
    await exchange.send(await exchange.serve())


async def flip_stored_byte(exchange: Exchange) -> None:
    """The part is taken, and then is no longer what was sent; its ETag stays."""
    answer = await exchange.serve()
    number = int(exchange.head.query["partNumber"])
    bucket = exchange.holdings.bucket(exchange.address.bucket)
    flip_part(bucket.multiparts[exchange.address.upload_id], number)
    await exchange.send(answer)


class Held:
    """Taken in, and carried out when the test lets it go."""

    def __init__(self) -> None:
        self._reached = threading.Event()
        self._let_go = threading.Event()

    async def fault(self, exchange: Exchange) -> None:
        await exchange.receive()
        self._reached.set()
        await asyncio.to_thread(self._let_go.wait, _HELD_SECONDS)
        await exchange.send(exchange.apply())

    async def reached(self) -> None:
        """Return when the request is there."""
        assert await asyncio.to_thread(self._reached.wait, _HELD_SECONDS), "nobody asked"

    def let_go(self) -> None:
        self._let_go.set()
