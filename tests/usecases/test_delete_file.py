"""Deleting a file does not wait for a slow store: the row is marked, the object goes later."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from chunk_service.domain.errors import NotFound
from chunk_service.domain.events import Event
from chunk_service.domain.library import File
from chunk_service.domain.objects import ObjectTarget, StoredObject
from chunk_service.domain.principals import Principal
from chunk_service.usecases.delete_file import DeleteFile, MarkDeleted
from chunk_service.usecases.remove_objects import RemoveObjects
from tests.fixtures.files import a_file
from tests.usecases.test_remove_objects import Owing

ALICE = Principal(owner="alice")
FILE = a_file()


@dataclass
class Rows:
    """`changes` is how often the file is another one by the time it is marked."""

    changes: int = 0
    is_there: bool = True
    was: bool = False
    marked: list[str] = field(default_factory=list)

    async def find(self, principal: Principal, key: str) -> File | None:
        return FILE if self.is_there else None

    async def mark(self, file: File, event: Event, *, reason: str) -> bool:
        if self.changes:
            self.changes -= 1
            return False
        self.marked.append(event.type)
        return True

    async def was_deleted(self, principal: Principal, key: str) -> bool:
        return self.was


class SilentStore:
    async def head(self, target: ObjectTarget) -> StoredObject | None:
        await asyncio.sleep(60)
        return None

    async def delete(self, target: ObjectTarget) -> None:
        raise AssertionError


def deleting(rows: Rows, owing: Owing) -> DeleteFile:
    return DeleteFile(
        rows,
        rows,
        MarkDeleted(rows, now=lambda: datetime.now(UTC), new_id=uuid4),
        RemoveObjects(owing, SilentStore()),
        patience_seconds=0.01,
    )


async def test_a_silent_store_is_left_to_the_next_round() -> None:
    rows, owing = Rows(), Owing()
    await asyncio.wait_for(deleting(rows, owing)(ALICE, FILE.key), 5)
    assert rows.marked == ["file.deleted"]
    assert owing.removed == []


async def test_a_file_that_changed_meanwhile_is_read_again() -> None:
    rows = Rows(changes=2)
    await deleting(rows, Owing())(ALICE, FILE.key)
    assert rows.marked == ["file.deleted"]


async def test_deleting_again_is_fine_and_what_never_was_is_not_found() -> None:
    rows = Rows(is_there=False, was=True)
    await deleting(rows, Owing())(ALICE, FILE.key)
    rows.was = False
    with pytest.raises(NotFound):
        await deleting(rows, Owing())(ALICE, FILE.key)
    assert rows.marked == []
