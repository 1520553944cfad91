"""The wire hook: bodies of UploadPart and PutObject leave through threads, not the event loop.

botocore signs, retries and parses as always; between signing and parsing, its `before-send` event
lets us carry the request ourselves. aiobotocore reads a body into memory and sends it from the
loop, which costs half the throughput and twice the CPU. Here a part needs the one buffer of its
source, whatever its size.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any, TypeVar, cast

from aiobotocore.awsrequest import AioAWSResponse
from aiobotocore.client import AioBaseClient
from botocore.awsrequest import AWSPreparedRequest
from urllib3 import PoolManager

from chunk_service.adapters.s3.exchange import Exchange
from chunk_service.domain.objects import PartSource

T = TypeVar("T")


class _WireBody:
    """What botocore is given as `Body`: it asks for these methods, and never gets the bytes."""

    def __init__(self, source: PartSource) -> None:
        self.source = source

    def __len__(self) -> int:
        return self.source.size_bytes

    def tell(self) -> int:
        return 0

    def seek(self, offset: int, whence: int = 0) -> int:
        return 0

    def read(self, size: int = -1) -> bytes:
        raise AssertionError("the bytes of a part leave by the wire hook only")


def of_body(source: PartSource) -> dict[str, Any]:
    return {"Body": _WireBody(source)}


def sent_bytes(body: object) -> int:
    """How many of a request's bytes leave by the wire."""
    return len(body) if isinstance(body, _WireBody) else 0


class Wire:
    def __init__(self, *, executor: Executor, connections: PoolManager) -> None:
        self._executor = executor
        self.connections = connections

    def attach_to(self, client: AioBaseClient) -> None:
        for operation in ("UploadPart", "PutObject"):
            event = f"before-send.s3.{operation}"
            client.meta.events.register(event, self._carry)  # type: ignore[arg-type]

    def close(self) -> None:
        self.connections.clear()

    async def _carry(self, request: AWSPreparedRequest, **_: object) -> AioAWSResponse:
        source = cast("_WireBody", request.body).source
        exchange = Exchange(request, source, connections=self.connections)
        return await self.run(exchange.run, stop=exchange.stop)

    async def run(self, call: Callable[[], T], *, stop: Callable[[], None]) -> T:
        """In a thread of the wire; `stop` makes the call end soon when the caller is cancelled."""
        job = self._executor.submit(call)
        answer = asyncio.wrap_future(job)
        try:
            await asyncio.wait({answer})
        except asyncio.CancelledError:
            if not job.cancel():
                stop()
                await _ended(answer)
            raise
        return answer.result()


async def _ended(answer: asyncio.Future[T]) -> None:
    """Cancelled or not: until the thread has ended, the source's buffer is not the caller's."""
    while not answer.done():
        try:
            await asyncio.wait({answer})
        except asyncio.CancelledError:
            continue
    answer.exception()
