"""PutObject and the HEAD that shows what came of it, in one step of a thread.

Most files fit one part, so nearly all that the store is asked are these two calls. A look that
fails is no fault of the put: nothing was seen then, and whoever needs the proof asks again.
"""

from collections.abc import Mapping
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any

from botocore.awsrequest import AWSPreparedRequest

from chunk_service.adapters.s3 import fields
from chunk_service.adapters.s3.composing import Composer
from chunk_service.adapters.s3.exchange import Exchange
from chunk_service.adapters.s3.looking import Looking, NotSeen
from chunk_service.adapters.s3.timing import Watch, timed
from chunk_service.adapters.s3.wire import Wire
from chunk_service.domain.objects import ObjectTarget, OutcomeUnknown, PartSource, StoredObject


@dataclass(frozen=True, slots=True)
class Putting:
    composer: Composer
    wire: Wire
    looking: Looking
    watch: Watch | None

    async def __call__(
        self, target: ObjectTarget, *, said: Mapping[str, Any], source: PartSource
    ) -> StoredObject | None:
        """The object, where it was seen; raises as botocore does, and Elsewhere."""
        put = await self.composer.request("PutObject", said)
        look = await self.composer.request("HeadObject", fields.of_look(target))
        exchange = Exchange(put, source, connections=self.wire.connections)
        both = partial(self._put_and_look, exchange, source.size_bytes, look)
        return await self.wire.run(partial(copy_context().run, both), stop=exchange.stop)

    def _put_and_look(
        self, exchange: Exchange, size_bytes: int, look: AWSPreparedRequest
    ) -> StoredObject | None:
        answer = timed(self.watch, "PutObject", exchange.answer, sent=size_bytes)
        if answer.status >= HTTPStatus.MULTIPLE_CHOICES:
            raise self.composer.refusal("PutObject", answer)
        if not answer.headers.get("ETag"):
            raise OutcomeUnknown("PutObject: answered without an ETag")
        with suppress(NotSeen):
            return self.looking.look(look)
        return None
