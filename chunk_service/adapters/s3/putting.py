"""PutObject and the HEAD that proves it: few bytes on the event loop, more in threads.

Most files fit one part, so nearly all that the store is asked are these two calls. A look that
fails is no fault of the put: nothing was seen then, and whoever needs the proof asks again.
"""

from collections.abc import Mapping
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest

from chunk_service.adapters.s3 import fields
from chunk_service.adapters.s3.calls import Calls
from chunk_service.adapters.s3.composing import Composer
from chunk_service.adapters.s3.exchange import Answer, Exchange
from chunk_service.adapters.s3.looking import Looking, NotSeen
from chunk_service.adapters.s3.timing import Watch, awaited, timed
from chunk_service.adapters.s3.wire import Wire
from chunk_service.domain.objects import (
    BytesSource,
    ObjectTarget,
    OutcomeUnknown,
    PartSource,
    StoredObject,
)

FEW_BYTES: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class Putting:
    composer: Composer
    wire: Wire
    calls: Calls
    looking: Looking
    watch: Watch | None

    async def __call__(
        self, target: ObjectTarget, *, said: Mapping[str, Any], source: PartSource
    ) -> StoredObject | None:
        """The object, where it was seen; raises as botocore does, and Elsewhere."""
        put = await self.composer.request("PutObject", said)
        look = await self.composer.request("HeadObject", fields.of_look(target))
        if source.size_bytes <= FEW_BYTES:
            return await self._put_few(put, await self._bytes_of(source), look)
        exchange = Exchange(put, source, connections=self.wire.connections)
        both = partial(self._put_and_look, exchange, source.size_bytes, look)
        return await self.wire.run(partial(copy_context().run, both), stop=exchange.stop)

    async def _put_few(
        self, put: AWSPreparedRequest, data: bytes, look: AWSPreparedRequest
    ) -> StoredObject | None:
        asking = self.calls.answer(put, data)
        self._check(await awaited(self.watch, "PutObject", asking, sent=len(data)))
        with suppress(NotSeen):
            return await self.looking.look_by(self.calls, look)
        return None

    async def _bytes_of(self, source: PartSource) -> bytes:
        if isinstance(source, BytesSource):
            return source.data
        return await self.wire.run(lambda: b"".join(map(bytes, source.pieces())), stop=_in_a_moment)

    def _put_and_look(
        self, exchange: Exchange, size_bytes: int, look: AWSPreparedRequest
    ) -> StoredObject | None:
        self._check(timed(self.watch, "PutObject", exchange.answer, sent=size_bytes))
        with suppress(NotSeen):
            return self.looking.look(look)
        return None

    def _check(self, answer: Answer) -> None:
        if answer.status >= HTTPStatus.MULTIPLE_CHOICES:
            raise self.composer.refusal("PutObject", answer)
        if not answer.headers.get("ETag"):
            raise OutcomeUnknown("PutObject: answered without an ETag")


def _in_a_moment() -> None:
    """Nothing needs to be done for so few bytes to be read."""
