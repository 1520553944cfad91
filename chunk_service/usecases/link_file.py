"""Read one file: what is told of it, and a link by which its bytes come straight from the store."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol

from chunk_service.domain.library import File
from chunk_service.domain.objects import ObjectTarget
from chunk_service.domain.principals import Principal
from chunk_service.domain.serving import attachment, served_type
from chunk_service.usecases.delete_file import Files, unknown_file


class Granting(Files, Protocol):
    async def grant(self, principal: Principal, key: str, expires_in: timedelta) -> File | None:
        """The file like `find`, noted in the same statement as in use for so long."""
        ...


class Sign(Protocol):
    async def __call__(
        self, target: ObjectTarget, *, disposition: str, expires_in: timedelta
    ) -> str: ...


class Presigner(Protocol):
    async def get_url(
        self, target: ObjectTarget, *, disposition: str, expires_in: timedelta
    ) -> str: ...
    async def head_url(
        self, target: ObjectTarget, *, disposition: str, expires_in: timedelta
    ) -> str: ...


@dataclass(frozen=True, slots=True)
class Link:
    """`url` is a secret for as long as it lasts: whoever has it can read the file."""

    url: str
    expires_in: timedelta


@dataclass(frozen=True, slots=True)
class LinkFile:
    files: Granting
    presigner: Presigner
    expires_in: timedelta

    async def read(self, principal: Principal, key: str) -> File:
        file = await self.files.find(principal, key)
        if file is None:
            raise unknown_file()
        return file

    async def __call__(self, principal: Principal, key: str) -> Link:
        file = await self.grant(principal, key)
        return await self.to(file, expires_in=self.expires_in)

    async def grant(self, principal: Principal, key: str) -> File:
        """The file, in use from now on for as long as a link lasts."""
        file = await self.files.grant(principal, key, self.expires_in)
        if file is None:
            raise unknown_file()
        return file

    async def to(self, file: File, *, expires_in: timedelta) -> Link:
        return await self._signed(self.presigner.get_url, file, expires_in)

    async def to_head(self, principal: Principal, key: str) -> Link:
        """A link that takes HEAD, and nothing else."""
        file = await self.read(principal, key)
        return await self._signed(self.presigner.head_url, file, self.expires_in)

    async def _signed(self, sign: Sign, file: File, expires_in: timedelta) -> Link:
        target = replace(file.target, content_type=served_type(file.content_type))
        url = await sign(target, disposition=attachment(file.name), expires_in=expires_in)
        return Link(url, expires_in)
