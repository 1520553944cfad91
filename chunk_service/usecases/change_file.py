"""Change what is told of a file: its name, its metadata. Its bytes and its key never change."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from chunk_service.domain.library import File
from chunk_service.domain.principals import Principal
from chunk_service.usecases.delete_file import unknown_file


@dataclass(frozen=True, slots=True)
class FileChange:
    """What is None stays as it is; `metadata` replaces all there was."""

    name: str | None
    metadata: Mapping[str, str] | None


class Rows(Protocol):
    async def change(self, principal: Principal, key: str, change: FileChange) -> File | None: ...


@dataclass(frozen=True, slots=True)
class ChangeFile:
    rows: Rows

    async def __call__(self, principal: Principal, key: str, change: FileChange) -> File:
        file = await self.rows.change(principal, key, change)
        if file is None:
            raise unknown_file()
        return file
