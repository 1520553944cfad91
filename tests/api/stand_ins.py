"""Stand-ins for what the API calls: they note what they were asked and answer as they are told."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from chunk_service.api.context import ApiContext, ApiLimits
from chunk_service.api.library import Library
from chunk_service.api.operators import Operators, UploadDesk
from chunk_service.api.owner_rates import OwnerRates
from chunk_service.api.presigned_doors import PresignedDoors
from chunk_service.api.scraping import Scraping
from chunk_service.api.sharing import Sharing
from chunk_service.domain.checksums import Algorithm, Checksum
from chunk_service.domain.completion import Completion
from chunk_service.domain.errors import NotFound, Unauthorized
from chunk_service.domain.principals import Principal
from chunk_service.domain.rates import Rate
from chunk_service.domain.states import State
from chunk_service.domain.uploads import Piece, RelayMode, Stored, Upload, UploadId
from chunk_service.usecases.beginning import NewUpload
from chunk_service.usecases.check_health import Health
from chunk_service.usecases.find_events import EventDetails
from chunk_service.usecases.ports import ChunkAddress, ChunkRequest, Receipt
from chunk_service.usecases.read_upload import UploadStatus

UPLOAD_ID = UploadId(UUID("01968c5e-7b7e-7c3a-9d5e-3f1f0f6f2a10"))
TOKEN = "good"
MOMENT = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)
MIB = 1024 * 1024

LIMITS = ApiLimits(
    max_chunk_size=128 * MIB,
    max_json_bytes=64 * 1024,
    max_concurrent_requests=8,
    max_requests_per_owner=8,
    body_idle_seconds=5,
    body_grace_seconds=10,
    body_min_bytes_per_second=1024,
)

OPEN_UPLOAD = Upload(
    id=UPLOAD_ID,
    owner="alice",
    state=State.OPEN,
    main_service_file_id=123,
    original_file_name="audio.mp3",
    content_type=None,
    metadata={},
    bucket="bucket",
    key="uploads/01968c5e-audio é.mp3",
    part_size=8 * MIB,
    chunk_size=None,
    max_size=80_000 * MIB,
    total_size=None,
    total_chunks=None,
    is_free=False,
    relay_mode=RelayMode.EAGER,
    part_checksum=Algorithm.CRC64NVME,
    checksum=None,
    spool_id=None,
    multipart=None,
    highest_index=-1,
    chunk_count=0,
    received_bytes=0,
    prefix_chunks=0,
    prefix_bytes=0,
    closing=False,
    stored=None,
    failure=None,
    created_at=MOMENT,
    expires_at=MOMENT,
    completed_at=None,
)
STORED_UPLOAD = replace(
    OPEN_UPLOAD,
    state=State.STORED,
    stored=Stored(size_bytes=3, etag='"e"', checksum=Checksum(Algorithm.CRC64NVME, b"\0" * 8)),
)


class NoEvents:
    """Nothing to find, to replay or to tend."""

    async def __call__(self, *_: Any, **__: Any) -> list[Any]:
        return []

    async def read(self, event_id: str) -> EventDetails:
        raise NotFound

    async def dead(self, endpoint: str | None = None) -> int:
        return 0

    async def enable(self, endpoint: str) -> int:
        return 0


NOTHING = NoEvents()


class NoFiles:
    """Nothing to list, to link to, to change, to delete or to hold."""

    async def __call__(self, *_: Any, **__: Any) -> Any:
        raise NotFound

    async def read(self, *_: Any, **__: Any) -> Any:
        raise NotFound

    begin = find = grant = of_anyone = list_parts = release = to_head = read


NO_FILES = NoFiles()


class NoShares:
    """Nothing to share, to list, to revoke or to open."""

    async def __call__(self, *_: Any, **__: Any) -> Any:
        raise NotFound

    async def revoke(self, *_: Any, **__: Any) -> Any:
        raise NotFound

    async def look(self, *_: Any, **__: Any) -> Any:
        raise NotFound

    link = look


NO_SHARES = NoShares()


class Tokens:
    async def read(self, token: str) -> Principal:
        if token != TOKEN:
            raise Unauthorized
        return Principal("alice")


@dataclass
class Service:
    """All use cases at once: set `upload`, `error` or `health`, look at what was asked."""

    upload: Upload = OPEN_UPLOAD
    error: Exception | None = None
    answer_health: Health = field(
        default_factory=lambda: Health(database=True, spool=True, storage=True, stopping=False)
    )
    status: UploadStatus | None = None
    before_receiving: Callable[[], None] | None = None
    is_stopping: bool = False
    rate: Rate | None = None
    sharing: Sharing = field(
        default_factory=lambda: Sharing(NO_SHARES, NO_SHARES, NO_SHARES, public_url="")
    )
    begun: list[tuple[NewUpload, str | None]] = field(default_factory=list)
    completions: list[tuple[Completion, bool]] = field(default_factory=list)
    first_address: ChunkAddress | None = None
    first_most_bytes: int | None = None
    checksums: Sequence[Checksum] = ()
    received: list[bytes] = field(default_factory=list)

    async def begin(
        self, principal: Principal, wanted: NewUpload, *, idempotency_key: str | None
    ) -> Upload:
        self._fail()
        self.begun.append((wanted, idempotency_key))
        return replace(self.upload, owner=principal.owner)

    async def receive(self, principal: Principal, request: ChunkRequest) -> Receipt:
        self._fail()
        if self.before_receiving is not None:
            self.before_receiving()
        self.first_address, self.first_most_bytes = request.address, request.most_bytes
        body = b"".join(await _gather(request.pieces()))
        self.received.append(body)
        self.checksums = request.checksums
        assert request.address is not None
        return Receipt(address=request.address, size_bytes=len(body), repeated=False)

    async def complete(self, principal: Principal, completion: Completion, *, wait: bool) -> Upload:
        self._fail()
        self.completions.append((completion, wait))
        return self.upload

    async def abort(self, principal: Principal, upload_id: UploadId) -> Upload:
        self._fail()
        return self.upload

    async def read(self, principal: Principal, upload_id: UploadId) -> UploadStatus:
        self._fail()
        return self.status or UploadStatus(
            upload=self.upload, received=[], missing=[], parts_relayed=0
        )

    async def health(self) -> Health:
        self._fail()
        return self.answer_health

    def context(self, limits: ApiLimits = LIMITS) -> ApiContext:
        return ApiContext(
            begin=self.begin,
            receive=self.receive,
            complete=self.complete,
            abort=self.abort,
            read=self.read,
            upload_whole=NO_FILES,
            presigned=PresignedDoors(NO_FILES, NO_FILES, NO_FILES, NO_FILES),
            health=self.health,
            scraping=Scraping(NO_FILES, "text/plain"),
            library=Library(NO_FILES, NO_FILES, NO_FILES, NO_FILES),
            sharing=self.sharing,
            operators=Operators(
                NOTHING, NOTHING, NOTHING, NO_FILES, UploadDesk(NO_FILES, NO_FILES, NO_FILES)
            ),
            tokens=Tokens(),
            limits=limits,
            rates=OwnerRates(self.rate),
            public_endpoint_url="https://s3.example.com/",
            is_stopping=lambda: self.is_stopping,
        )

    def _fail(self) -> None:
        if self.error is not None:
            raise self.error


async def _gather(pieces: AsyncIterator[Piece]) -> list[Piece]:
    return [piece async for piece in pieces]
