"""HeadObject by the short way: over a connection that bytes went by, in a thread of its own.

What proves an object is asked right behind the call that made it, and a new connection would cost
as much as the answer. What is not plain to see here is left to botocore.
"""

import asyncio
from collections.abc import Mapping
from concurrent.futures import Executor
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Final

from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import BotoCoreError
from urllib3 import BaseHTTPResponse, PoolManager, Timeout
from urllib3 import exceptions as urllib3_errors

from chunk_service.adapters.s3 import fields
from chunk_service.adapters.s3.calls import Calls
from chunk_service.adapters.s3.composing import Composer, Elsewhere
from chunk_service.adapters.s3.exchange import path_of
from chunk_service.adapters.s3.timing import Watch, awaited, timed
from chunk_service.domain.objects import ObjectTarget, StoredObject

# Nobody can stop a look, so it is a short one.
_LOOK_SECONDS: Final = 5.0


class NotSeen(Exception):
    """Neither that the object is there nor that it is not."""


@dataclass(frozen=True, slots=True)
class Looking:
    composer: Composer
    executor: Executor
    connections: PoolManager
    watch: Watch | None

    async def __call__(self, target: ObjectTarget) -> StoredObject | None:
        """None where there is no object; raises NotSeen."""
        try:
            request = await self.composer.request("HeadObject", fields.of_look(target))
        except Elsewhere as elsewhere:
            raise NotSeen from elsewhere
        look = partial(copy_context().run, self.look, request)
        return await asyncio.get_running_loop().run_in_executor(self.executor, look)

    def look(self, request: AWSPreparedRequest) -> StoredObject | None:
        """Blocking, for some seconds at most."""
        head = partial(self._head, request)
        try:
            found = timed(self.watch, "HeadObject", head)
        except urllib3_errors.HTTPError as error:
            raise NotSeen from error
        return _seen(found.status, found.headers)

    async def look_by(self, calls: Calls, request: AWSPreparedRequest) -> StoredObject | None:
        """The same on the event loop."""
        try:
            async with asyncio.timeout(_LOOK_SECONDS):
                found = await awaited(self.watch, "HeadObject", calls.answer(request))
        except (BotoCoreError, TimeoutError) as error:
            raise NotSeen from error
        return _seen(found.status, found.headers)

    def _head(self, request: AWSPreparedRequest) -> BaseHTTPResponse:
        timeout = self.connections.connection_pool_kw["timeout"]
        return self.connections.connection_from_url(request.url).urlopen(
            "HEAD",
            path_of(request.url),
            headers=dict(request.headers.items()),
            timeout=Timeout(connect=timeout.connect_timeout, read=_LOOK_SECONDS),
            retries=False,
            redirect=False,
            assert_same_host=False,
            decode_content=False,
        )


def _seen(status: int, headers: Mapping[str, str]) -> StoredObject | None:
    if status == HTTPStatus.NOT_FOUND:
        return None
    seen = fields.object_by(headers) if status == HTTPStatus.OK else None
    if seen is None:
        raise NotSeen
    return seen
