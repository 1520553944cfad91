"""Change what is told of a file: its name, metadata, lifetime. Its bytes and key never change."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from chunk_service.domain.library import File
from chunk_service.domain.principals import Principal
from chunk_service.domain.retention import Lifetime
from chunk_service.usecases.check_type import TypeCheck
from chunk_service.usecases.delete_file import unknown_file


@dataclass(frozen=True, slots=True)
class FileChange:
    """What is None stays as it is; `metadata` replaces all there was."""

    name: str | None
    metadata: Mapping[str, str] | None
    lifetime: Lifetime | None = None


class Rows(Protocol):
    async def find(self, principal: Principal, key: str) -> File | None: ...
    async def change(self, principal: Principal, key: str, change: FileChange) -> File | None: ...


@dataclass(frozen=True, slots=True)
class ChangeFile:
    rows: Rows
    types: TypeCheck

    async def __call__(self, principal: Principal, key: str, change: FileChange) -> File:
        if change.name is not None and self.types.is_wanted:
            await self._check_name(principal, key, change.name)
        file = await self.rows.change(principal, key, change)
        if file is None:
            raise unknown_file()
        return file

    async def _check_name(self, principal: Principal, key: str, name: str) -> None:
        """The new name must go with what the bytes were found to be under the old one."""
        file = await self.rows.find(principal, key)
        if file is None:
            raise unknown_file()
        self.types.check_name(name, file.content_type)
