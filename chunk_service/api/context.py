"""What the API is given: use cases, the reader of tokens, limits. Values only, nothing to look up.

The application puts one `ApiContext` at `app.state.context` while it is up. The Protocols say what
this layer calls; the use cases of `usecases/` satisfy them.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Protocol, cast

from starlette.types import Scope

from chunk_service.api.library import Library
from chunk_service.api.operators import Operators
from chunk_service.api.owner_rates import OwnerRates
from chunk_service.api.presigned_doors import PresignedDoors
from chunk_service.api.scraping import Scraping
from chunk_service.api.sharing import Sharing
from chunk_service.domain.completion import Completion
from chunk_service.domain.principals import Principal
from chunk_service.domain.uploads import Piece, Upload, UploadId
from chunk_service.usecases.beginning import NewUpload
from chunk_service.usecases.check_health import Health
from chunk_service.usecases.ports import ChunkRequest, Receipt
from chunk_service.usecases.read_upload import UploadStatus
from chunk_service.usecases.upload_whole import WholeFile


class Begin(Protocol):
    async def __call__(
        self, principal: Principal, wanted: NewUpload, *, idempotency_key: str | None
    ) -> Upload: ...


class Receive(Protocol):
    async def __call__(self, principal: Principal, request: ChunkRequest) -> Receipt: ...


class Complete(Protocol):
    async def __call__(
        self, principal: Principal, completion: Completion, *, wait: bool
    ) -> Upload: ...


class Abort(Protocol):
    async def __call__(self, principal: Principal, upload_id: UploadId) -> Upload: ...


class Read(Protocol):
    async def __call__(self, principal: Principal, upload_id: UploadId) -> UploadStatus: ...


class UploadWhole(Protocol):
    async def __call__(
        self,
        principal: Principal,
        file: WholeFile,
        body: AsyncIterator[Piece],
        *,
        idempotency_key: str | None,
    ) -> Upload: ...


class CheckHealth(Protocol):
    async def __call__(self) -> Health: ...


class TokenReader(Protocol):
    async def read(self, token: str) -> Principal:
        """Whom the token speaks for; raises Unauthorized, or KeysUnavailable."""
        ...


@dataclass(frozen=True, slots=True)
class ApiLimits:
    """A body may be silent for `body_idle_seconds`, and slow for `body_grace_seconds` in all;
    beyond that it must have come at `body_min_bytes_per_second` or more.
    """

    max_chunk_size: int
    max_json_bytes: int
    max_concurrent_requests: int
    max_requests_per_owner: int
    body_idle_seconds: float
    body_grace_seconds: float
    body_min_bytes_per_second: int


@dataclass(frozen=True, slots=True)
class ApiContext:
    begin: Begin
    receive: Receive
    complete: Complete
    abort: Abort
    read: Read
    upload_whole: UploadWhole
    presigned: PresignedDoors
    health: CheckHealth
    scraping: Scraping
    library: Library
    sharing: Sharing
    operators: Operators
    tokens: TokenReader
    limits: ApiLimits
    rates: OwnerRates
    public_endpoint_url: str
    is_stopping: Callable[[], bool]


def context_of(scope: Scope) -> ApiContext:
    return cast("ApiContext", scope["app"].state.context)
