"""UploadPart by the short way: signed and read by the composer, sent by a thread of the wire.

Once only, for that is what nearly every part needs. What may be otherwise the next time is left to
botocore, which knows how often and when to repeat.
"""

from collections.abc import Mapping
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any

from botocore.exceptions import ClientError

from chunk_service.adapters.s3.composing import Composer, Elsewhere
from chunk_service.adapters.s3.errors import AFTER_SENDING, is_definite
from chunk_service.adapters.s3.exchange import Exchange
from chunk_service.adapters.s3.timing import Watch, timed
from chunk_service.adapters.s3.wire import Wire
from chunk_service.domain.objects import PartSource


class Undecided(Exception):
    """The part may have been taken or not; to send it again may help and does no harm."""


@dataclass(frozen=True, slots=True)
class Sending:
    composer: Composer
    wire: Wire
    watch: Watch | None

    async def __call__(self, said: Mapping[str, Any], source: PartSource) -> Mapping[str, str]:
        """The headers of the answer; raises as botocore does what is refused for good."""
        try:
            return await self._send(said, source)
        except (Elsewhere, *AFTER_SENDING) as error:
            raise Undecided from error
        except ClientError as error:
            if is_definite(error):
                raise
            raise Undecided from error

    async def _send(self, said: Mapping[str, Any], source: PartSource) -> Mapping[str, str]:
        request = await self.composer.request("UploadPart", said)
        exchange = Exchange(request, source, connections=self.wire.connections)
        send = partial(timed, self.watch, "UploadPart", exchange.answer, sent=source.size_bytes)
        answer = await self.wire.run(partial(copy_context().run, send), stop=exchange.stop)
        if answer.status >= HTTPStatus.MULTIPLE_CHOICES:
            raise self.composer.refusal("UploadPart", answer)
        return answer.headers
