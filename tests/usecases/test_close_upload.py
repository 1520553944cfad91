"""What was handed on for closing is closed as it is, unless it waited for too long."""

import time
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID, uuid4

import pytest

from chunk_service.adapters.digests import digest_of
from chunk_service.domain.checksums import Algorithm
from chunk_service.domain.uploads import Recipe, SpoolId, Upload, UploadId
from chunk_service.usecases.close_upload import CloseUpload
from chunk_service.usecases.closing import Closed, Closer, Content, Taken

UPLOAD = UploadId(uuid4())
LEASE_SECONDS = 60.0


@dataclass
class World:
    """Rows and makers in one; `calls` are what was asked of them."""

    outcome: Closed = Closed.ENDED
    calls: list[str] = field(default_factory=list)

    async def take(self, _id: UploadId, _holder: UUID, _lease_seconds: float) -> Taken | None:
        self.calls.append("take")
        return None

    async def let_go(self, _id: UploadId, _holder: UUID) -> None:
        self.calls.append("let go")

    async def read(self, _id: UploadId) -> Upload | None:
        return None

    async def put_marked(self, _upload: Upload, _chunks: object) -> Closed:
        self.calls.append("put")
        return self.outcome

    async def complete_marked(self, _upload: Upload, _parts: object) -> Closed:
        self.calls.append("complete")
        return self.outcome

    def closing(self) -> CloseUpload:
        closer = Closer(uuid4(), SpoolId(uuid4()), LEASE_SECONDS)
        return CloseUpload(self, self, {}, self, self.put_content, closer)

    async def put_content(self, upload: Upload, content: Content, until: float) -> Closed:
        assert (upload.id, content.data) == (UPLOAD, b"small")
        assert until > time.monotonic()
        self.calls.append("put content")
        return self.outcome


def taken(seconds_ago: float, *, content: Content | None = None) -> Taken:
    class AnUpload:
        id = UPLOAD

    upload = cast("Upload", cast("Any", AnUpload()))
    since = time.monotonic() - seconds_ago
    return Taken(upload, since, content) if content else Taken(upload, since, chunks=[])


@pytest.mark.parametrize(
    ("outcome", "calls"),
    [
        (Closed.ENDED, ["put"]),
        (Closed.OVER, ["put", "let go"]),
        (Closed.WAITING, ["put", "let go"]),
    ],
)
async def test_what_is_fresh_is_put_at_once(outcome: Closed, calls: list[str]) -> None:
    world = World(outcome)
    assert await world.closing()(UPLOAD, taken(1)) is outcome
    assert world.calls == calls


async def test_what_waited_too_long_is_given_back_and_taken_anew() -> None:
    world = World()
    assert await world.closing()(UPLOAD, taken(LEASE_SECONDS * 0.6)) is Closed.OVER
    assert world.calls == ["let go", "take"]


def small() -> Content:
    recipe = Recipe(part_size=16, algorithms=frozenset({Algorithm.CRC64NVME}), offset=0)
    return Content(b"small", digest_of(b"small", recipe))


async def test_what_is_in_memory_is_put_from_there() -> None:
    world = World()
    assert await world.closing()(UPLOAD, taken(1, content=small())) is Closed.ENDED
    assert world.calls == ["put content"]


async def test_what_was_in_memory_for_too_long_is_looked_for() -> None:
    world = World()
    late = taken(LEASE_SECONDS * 0.6, content=small())
    assert await world.closing()(UPLOAD, late) is Closed.OVER
    assert world.calls == ["let go", "take"]
