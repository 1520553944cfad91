"""Parts that are sent at about the same time are noted together, and none waits when hurried."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import uuid4

import pytest

from chunk_service.domain.errors import DatabaseUnavailable
from chunk_service.domain.objects import MultipartId
from chunk_service.domain.uploads import Digest, Upload, UploadId
from chunk_service.usecases.note_parts import NoteParts
from chunk_service.usecases.relaying import Claim, PartsNoted, SentWindow
from tests.fixtures.uploads import an_upload

UPLOAD = an_upload()
MULTIPART = MultipartId("the row's")
LONG_SECONDS = 60.0
SOON_SECONDS = 5.0


@dataclass
class World:
    """Rows and spool; what was asked of both."""

    answer: PartsNoted | Exception | None = field(default_factory=lambda: PartsNoted(["a", "b"]))
    noted: list[list[int]] = field(default_factory=list)
    recycled: list[Sequence[str]] = field(default_factory=list)

    async def note_etags(
        self,
        upload_id: UploadId,
        multipart: MultipartId,
        sent: Sequence[tuple[Claim, SentWindow]],
    ) -> PartsNoted | None:
        assert all(claim.upload.id == upload_id for claim, _ in sent)
        assert all(window.multipart == multipart for _, window in sent)
        self.noted.append([claim.number for claim, _ in sent])
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    async def recycle(self, *file_names: str) -> None:
        self.recycled.append(file_names)


def noting(
    note: NoteParts, number: int, *, upload: Upload = UPLOAD, multipart: MultipartId = MULTIPART
) -> "asyncio.Task[bool]":
    claim = Claim(uuid4(), upload, number, attempts=1, has_more=False, size_bytes=8, chunks=())
    sent = SentWindow(multipart, etag=f'"{number}"', digest=Digest(8, {}), checksum=None)

    async def done() -> bool:
        async with asyncio.timeout(SOON_SECONDS):
            return await note(claim, sent)

    return asyncio.create_task(done())


async def test_those_of_one_moment_are_one_statement_and_their_files_go_at_once() -> None:
    world = World()
    note = NoteParts(world, world, gather_seconds=0.01)
    assert await asyncio.gather(*(noting(note, number) for number in (1, 2, 3))) == [True] * 3
    assert (world.noted, world.recycled) == ([[1, 2, 3]], [("a", "b")])
    assert await noting(note, 4)
    assert world.noted == [[1, 2, 3], [4]]


async def test_other_multipart_uploads_are_noted_on_their_own() -> None:
    world = World()
    note = NoteParts(world, world, gather_seconds=0.01)
    other = an_upload(id=UploadId(uuid4()))
    await asyncio.gather(
        noting(note, 1),
        noting(note, 2, upload=other),
        noting(note, 3, multipart=MultipartId("replaced")),
    )
    assert sorted(world.noted) == [[1], [2], [3]]


async def test_who_closes_waits_for_what_was_sent_and_nothing_waits_from_then_on() -> None:
    world = World()
    note = NoteParts(world, world, gather_seconds=LONG_SECONDS)
    early = noting(note, 1)
    await asyncio.sleep(0)
    await note.hurry(UPLOAD.id)
    assert world.noted == [[1]]
    assert await early
    assert await noting(note, 2)
    note.forget(UPLOAD.id)
    again = noting(note, 3)
    await asyncio.sleep(0.01)
    assert not again.done()
    await note.hurry(UPLOAD.id)
    assert await again


async def test_of_a_replaced_multipart_upload_nothing_is_noted_and_no_file_goes() -> None:
    world = World(answer=None)
    note = NoteParts(world, world, gather_seconds=0)
    assert not await noting(note, 1)
    assert world.recycled == []


async def test_a_failure_is_told_to_each_and_hurries_nobody_into_it() -> None:
    world = World(answer=DatabaseUnavailable())
    note = NoteParts(world, world, gather_seconds=LONG_SECONDS)
    each = [noting(note, 1), noting(note, 2)]
    await asyncio.sleep(0)
    await note.hurry(UPLOAD.id)
    for one in each:
        with pytest.raises(DatabaseUnavailable):
            await one


async def test_who_is_cancelled_lets_the_others_be_noted_at_once() -> None:
    world = World()
    note = NoteParts(world, world, gather_seconds=LONG_SECONDS)
    leaving, staying = noting(note, 1), noting(note, 2)
    await asyncio.sleep(0)
    leaving.cancel()
    assert await staying
    assert (world.noted, world.recycled) == ([[1, 2]], [("a", "b")])
