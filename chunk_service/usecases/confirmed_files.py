"""Files, found after what presigned requests may have written was confirmed.

In passing, for clients that never ask for it.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from chunk_service.domain.library import File
from chunk_service.domain.principals import Principal
from chunk_service.usecases.confirm_upload import ConfirmUpload
from chunk_service.usecases.find_files import FileSearch, Page
from chunk_service.usecases.link_file import Granting


class Find(Protocol):
    async def __call__(self, principal: Principal, wanted: FileSearch) -> Page: ...


@dataclass(frozen=True, slots=True)
class ConfirmedFiles:
    files: Granting
    confirm: ConfirmUpload

    async def find(self, principal: Principal, key: str) -> File | None:
        file = await self.files.find(principal, key)
        if file is None and await self.confirm.one_in_passing(principal, key):
            file = await self.files.find(principal, key)
        return file

    async def grant(self, principal: Principal, key: str, expires_in: timedelta) -> File | None:
        file = await self.files.grant(principal, key, expires_in)
        if file is None and await self.confirm.one_in_passing(principal, key):
            file = await self.files.grant(principal, key, expires_in)
        return file


@dataclass(frozen=True, slots=True)
class FindConfirmedFiles:
    find: Find
    confirm: ConfirmUpload

    async def __call__(self, principal: Principal, wanted: FileSearch) -> Page:
        if wanted.behind is None and principal.file_id is None:
            await self.confirm.in_passing(principal)
        return await self.find(principal, wanted)
