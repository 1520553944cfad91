"""What the doors to files call: the use cases of a file after it was stored."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol

from chunk_service.api.in_flight import InFlight
from chunk_service.domain.library import File
from chunk_service.domain.principals import Principal
from chunk_service.domain.ranges import Range
from chunk_service.usecases.change_file import FileChange
from chunk_service.usecases.find_files import FileSearch, Page
from chunk_service.usecases.link_file import Link


class Find(Protocol):
    async def __call__(self, principal: Principal, wanted: FileSearch) -> Page: ...


class LinkTo(Protocol):
    async def __call__(self, principal: Principal, key: str) -> Link: ...
    async def to_head(self, principal: Principal, key: str) -> Link: ...
    async def read(self, principal: Principal, key: str) -> File: ...
    async def grant(self, principal: Principal, key: str) -> File: ...


class Change(Protocol):
    async def __call__(self, principal: Principal, key: str, change: FileChange) -> File: ...


class Delete(Protocol):
    async def __call__(self, principal: Principal, key: str) -> None: ...


class Fetch(Protocol):
    def __call__(
        self, file: File, wanted: Range
    ) -> AbstractAsyncContextManager[AsyncIterator[bytes]]: ...


@dataclass(frozen=True, slots=True)
class Downloads:
    """Those that run in this process, and how many may."""

    fetch: Fetch
    most: int
    most_per_owner: int
    in_work: InFlight = field(default_factory=InFlight)


@dataclass(frozen=True, slots=True)
class Library:
    """`downloads` is None where the bytes of files are linked to, and never come through here."""

    find: Find
    link: LinkTo
    change: Change
    delete: Delete
    downloads: Downloads | None = None
