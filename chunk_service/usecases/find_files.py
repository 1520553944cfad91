"""Files of an owner, newest first: all, or those that fit every condition that was given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from chunk_service.domain.errors import Forbidden
from chunk_service.domain.library import File, StoredFileId
from chunk_service.domain.principals import Principal

MOST_WORDS = 8


@dataclass(frozen=True, slots=True)
class Place:
    """Behind which file a page begins; files are ordered by both."""

    created_at: datetime
    id: StoredFileId


@dataclass(frozen=True, slots=True)
class FileSearch:
    """`words` are parts of the name, in any case; sizes in bytes; `until` is not included.

    `content_type` may be a whole family, `audio/*`. `metadata` must be among the file's.
    """

    limit: int
    words: Sequence[str] = ()
    content_type: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    min_size: int | None = None
    max_size: int | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    behind: Place | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """`following` is where the next page begins; None behind the last."""

    files: Sequence[File]
    following: Place | None


class Rows(Protocol):
    async def search(self, owner: str, wanted: FileSearch) -> Sequence[File]: ...


@dataclass(frozen=True, slots=True)
class FindFiles:
    rows: Rows

    async def __call__(self, principal: Principal, wanted: FileSearch) -> Page:
        if principal.file_id is not None:
            raise Forbidden("A token that is bound to one file may not list or search.")
        found = await self.rows.search(principal.owner, wanted)
        is_full = len(found) == wanted.limit
        last = found[-1] if found and is_full else None
        return Page(found, None if last is None else Place(last.created_at, last.id))
