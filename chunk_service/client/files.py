"""Files that are stored, as their owner sees them: looked up, listed, deleted, shared."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import quote

from chunk_service.client.calls import Call, Calls
from chunk_service.client.errors import NoSuchKey, OddAnswer
from chunk_service.domain.checksums import Checksum

_PAGE_SIZE = 500
_LEADING_ELSEWHERE = {"", ".", ".."}


@dataclass(frozen=True, slots=True)
class FileFacts:
    """`document` is all that the service tells of it."""

    key: str
    name: str
    size_bytes: int
    content_type: str
    last_modified: str
    etag: str
    checksum: Checksum | None
    document: Mapping[str, Any]

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        try:
            checksum = document["checksum"]
            return cls(
                key=document["key"],
                name=document["name"],
                size_bytes=document["size"],
                content_type=document["content_type"],
                last_modified=document["last_modified"],
                etag=document["etag"],
                checksum=None if checksum is None else Checksum.parse(checksum),
                document=document,
            )
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise OddAnswer("what is told of a file cannot be read") from error


@dataclass(frozen=True, slots=True)
class ShareWish:
    """As the service's settings say where something is None."""

    expires_in_seconds: int | None = None
    max_downloads: int | None = None
    password: str | None = None

    @property
    def document(self) -> dict[str, Any]:
        members = {
            "expires_in": self.expires_in_seconds,
            "max_downloads": self.max_downloads,
            "password": self.password,
        }
        return {name: member for name, member in members.items() if member is not None}


@dataclass(frozen=True, slots=True)
class Files:
    """All of it raises ClientError."""

    calls: Calls

    async def find(self, conditions: Mapping[str, str | int]) -> AsyncIterator[FileFacts]:
        """Newest first, page by page; conditions by the names of `GET /files`."""
        cursor: Mapping[str, str] = {}
        while True:
            query = {**conditions, "limit": _PAGE_SIZE, **cursor}
            page = await self.calls.document(Call("GET", "/files", query=query))
            for document in _list_in(page, "files"):
                yield FileFacts.of(document)
            if not page.get("next"):
                return
            cursor = {"cursor": page["next"]}

    async def read(self, key: str) -> FileFacts:
        return FileFacts.of(await self.calls.document(Call("GET", path_of(key))))

    async def delete(self, key: str) -> None:
        await self.calls.ask(Call("DELETE", path_of(key)))

    async def share(self, key: str, wish: ShareWish) -> dict[str, Any]:
        """The service's document; its `url` is shown this once."""
        made = await self.calls.document(Call("POST", f"{path_of(key)}/shares", wish.document))
        # A path where the service was not told its own address: we know one that leads there.
        return {**made, "url": self.calls.address_of(str(made.get("url", "")))}

    async def shares(self, key: str) -> AsyncIterator[dict[str, Any]]:
        """The service's documents, newest first, page by page."""
        behind: Mapping[str, str] = {}
        while True:
            query = {"limit": _PAGE_SIZE, **behind}
            page = await self.calls.document(Call("GET", f"{path_of(key)}/shares", query=query))
            for document in _list_in(page, "shares"):
                yield dict(document)
            if not page.get("next"):
                return
            behind = {"before": page["next"]}

    async def revoke(self, key: str, share_id: str) -> None:
        await self.calls.ask(Call("DELETE", f"{path_of(key)}/shares/{_only_segment(share_id)}"))


def path_of(key: str) -> str:
    """Raises NoSuchKey for what would lead to another door of the service than to a file."""
    if _LEADING_ELSEWHERE & set(key.split("/")):
        raise NoSuchKey(f"no file can have the key '{key}'")
    return f"/files/{quote(key)}"


def _only_segment(text: str) -> str:
    if text in _LEADING_ELSEWHERE:
        raise NoSuchKey(f"nothing can have the id '{text}'")
    return quote(text, safe="")


def _list_in(document: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = document.get(name)
    if not isinstance(found, list):
        raise OddAnswer(f"the list of {name} cannot be read")
    return found
