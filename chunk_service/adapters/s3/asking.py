"""CreateMultipartUpload and CompleteMultipartUpload by the short way, in threads of their own.

They go by the connections that parts go by: the first part finds one open, and none is opened for
the last call, while a client waits for it. Once only: whether to repeat them is for who has read
the state again in between.
"""

from collections.abc import Mapping
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from typing import Any

from chunk_service.adapters.s3.composing import Composer
from chunk_service.adapters.s3.exchange import Exchange
from chunk_service.adapters.s3.timing import Watch, timed
from chunk_service.adapters.s3.wire import Wire
from chunk_service.domain.objects import BytesSource


@dataclass(frozen=True, slots=True)
class Asking:
    composer: Composer
    wire: Wire
    watch: Watch | None

    async def __call__(
        self, operation: str, said: Mapping[str, Any], *, document: bytes = b""
    ) -> Mapping[str, Any]:
        """What the answer says, in the members of botocore's model; raises as botocore does, and
        Elsewhere.
        """
        request = await self.composer.request(operation, said)
        exchange = Exchange(request, BytesSource(document), connections=self.wire.connections)
        ask = partial(timed, self.watch, operation, exchange.answer)
        answer = await self.wire.run(partial(copy_context().run, ask), stop=exchange.stop)
        return self.composer.result(operation, answer)
