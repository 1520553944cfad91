"""PutObject and the HEAD that shows what came of it, in one step of a thread.

Most files fit one part, so nearly all that the store is asked are these two calls. A look that
fails is no fault of the put: nothing was seen then, and whoever needs the proof asks again.
"""

from collections.abc import Mapping
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest
from urllib3 import BaseHTTPResponse, PoolManager, Timeout
from urllib3 import exceptions as urllib3_errors

from chunk_service.adapters.s3 import fields
from chunk_service.adapters.s3.composing import Composer
from chunk_service.adapters.s3.exchange import Exchange, path_of
from chunk_service.adapters.s3.timing import Watch, timed
from chunk_service.adapters.s3.wire import Wire
from chunk_service.domain.objects import ObjectTarget, OutcomeUnknown, PartSource, StoredObject

# Nobody can stop a look, so it is a short one.
_LOOK_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Putting:
    composer: Composer
    wire: Wire
    watch: Watch | None

    async def __call__(
        self, target: ObjectTarget, *, said: Mapping[str, Any], source: PartSource
    ) -> StoredObject | None:
        """The object, where it was seen; raises as botocore does, and Elsewhere."""
        compose = partial(
            self.composer.request,
            place=await self.composer.place_of(target.bucket),
            credentials=await self.composer.credentials(),
        )
        put = compose("PutObject", said)
        look = compose("HeadObject", fields.of_look(target))
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
        head = partial(_head, self.wire.connections, look)
        try:
            found = timed(self.watch, "HeadObject", head)
        except urllib3_errors.HTTPError:
            return None
        return fields.object_by(found.headers) if found.status == HTTPStatus.OK else None


def _head(connections: PoolManager, request: AWSPreparedRequest) -> BaseHTTPResponse:
    timeout = connections.connection_pool_kw["timeout"]
    return connections.connection_from_url(request.url).urlopen(
        "HEAD",
        path_of(request.url),
        headers=dict(request.headers.items()),
        timeout=Timeout(connect=timeout.connect_timeout, read=_LOOK_SECONDS),
        retries=False,
        redirect=False,
        assert_same_host=False,
        decode_content=False,
    )
