"""Objects of deleted files go, those of others stay, and what could not be done stays owed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from chunk_service.domain.library import File, StoredFileId
from chunk_service.domain.objects import ObjectTarget, OutcomeUnknown, StoredObject
from chunk_service.usecases.remove_objects import RemoveObjects
from tests.fixtures.files import a_file

FILE = a_file()
OURS = StoredObject(size_bytes=5, etag='"etag"', checksum=None, upload_id=str(FILE.id))
ANOTHER = StoredObject(size_bytes=5, etag='"etag"', checksum=None, upload_id=None)


@dataclass
class Owing:
    may: bool = True
    removed: list[StoredFileId] = field(default_factory=list)
    put_off_ids: list[StoredFileId] = field(default_factory=list)

    async def may_destroy(self) -> bool:
        return self.may

    async def find_owed(self, limit: int) -> Sequence[File]:
        return [FILE]

    async def note_removed(self, file_id: StoredFileId) -> None:
        self.removed.append(file_id)

    async def put_off(self, file_id: StoredFileId, delay: timedelta) -> None:
        self.put_off_ids.append(file_id)


@dataclass
class Store:
    found: StoredObject | None
    is_up: bool = True
    deleted: list[str] = field(default_factory=list)

    async def head(self, target: ObjectTarget) -> StoredObject | None:
        return self.found

    async def delete(self, target: ObjectTarget) -> None:
        if not self.is_up:
            raise OutcomeUnknown("down")
        self.deleted.append(target.key)


async def test_the_object_goes_and_is_owed_no_more() -> None:
    rows, store = Owing(), Store(OURS)
    assert await RemoveObjects(rows, store)() == 1
    assert (store.deleted, rows.removed) == ([FILE.key], [FILE.id])


async def test_an_object_that_is_gone_already_is_owed_no_more() -> None:
    rows, store = Owing(), Store(None)
    assert await RemoveObjects(rows, store)() == 1
    assert (store.deleted, rows.removed) == ([], [FILE.id])


async def test_another_object_at_the_key_stays() -> None:
    rows, store = Owing(), Store(ANOTHER)
    await RemoveObjects(rows, store)()
    assert (store.deleted, rows.removed) == ([], [FILE.id])


async def test_while_the_store_is_away_it_stays_owed() -> None:
    rows, store = Owing(), Store(OURS, is_up=False)
    assert await RemoveObjects(rows, store)() == 0
    assert (rows.removed, rows.put_off_ids) == ([], [FILE.id])


async def test_nothing_is_removed_while_the_database_may_be_an_older_one() -> None:
    rows, store = Owing(may=False), Store(OURS)
    assert await RemoveObjects(rows, store)() == 0
    assert (store.deleted, rows.removed, rows.put_off_ids) == ([], [], [])
