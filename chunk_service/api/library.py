"""What the doors to files call: the use cases of a file after it was stored."""

from dataclasses import dataclass
from typing import Protocol

from chunk_service.domain.library import File
from chunk_service.domain.principals import Principal
from chunk_service.usecases.change_file import FileChange
from chunk_service.usecases.find_files import FileSearch, Page
from chunk_service.usecases.link_file import Link


class Find(Protocol):
    async def __call__(self, principal: Principal, wanted: FileSearch) -> Page: ...


class LinkTo(Protocol):
    async def __call__(self, principal: Principal, key: str) -> Link: ...
    async def read(self, principal: Principal, key: str) -> File: ...


class Change(Protocol):
    async def __call__(self, principal: Principal, key: str, change: FileChange) -> File: ...


class Delete(Protocol):
    async def __call__(self, principal: Principal, key: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Library:
    find: Find
    link: LinkTo
    change: Change
    delete: Delete
