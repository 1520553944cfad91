"""One upload as the service knows it: begun, its chunks, how it stands, completed, given up.

Each method is one call of the API; in which order they come is the business of `file_upload.py` and
`pipe_upload.py`.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from chunk_service.client.calls import Call, Calls
from chunk_service.client.errors import ClientError, OddAnswer
from chunk_service.client.progress import Advance
from chunk_service.domain.checksums import Checksum
from chunk_service.domain.errors import DigestMismatch
from chunk_service.domain.states import State

_SLICE_BYTES = 256 * 1024
_GIVING_UP_SECONDS = 10
_DAMAGED_ON_THE_WAY = frozenset({DigestMismatch.type})


@dataclass(frozen=True, slots=True)
class Stored:
    """A finished upload: what its completion was answered."""

    upload_session_id: str
    main_service_file_id: int | str | None
    key: str
    size_bytes: int
    etag: str
    checksum: str | None

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        try:
            return cls(
                upload_session_id=data["upload_session_id"],
                main_service_file_id=data["main_service_file_id"],
                key=data["key"],
                size_bytes=data["size"],
                etag=data["etag"],
                checksum=data["checksum"],
            )
        except KeyError as error:
            raise OddAnswer(f"the completed upload was answered without {error}") from error


@dataclass(frozen=True, slots=True)
class Standing:
    """`is_truncated`: more chunks are missing than are listed."""

    state: State
    missing: tuple[int, ...]
    is_truncated: bool = False
    result: Stored | None = None

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        try:
            state, result = State(data["state"]), data["result"]
            missing = tuple(indices_in(data["missing_chunks"]))
            is_truncated = bool(data["truncated"] and missing)
        except (KeyError, ValueError, TypeError) as error:
            raise OddAnswer("the status of the upload cannot be read") from error
        return cls(state, missing, is_truncated, None if result is None else Stored.of(result))

    @classmethod
    def with_missing(cls, facts: Mapping[str, Any]) -> Self:
        """As a completing call tells it that came too early."""
        try:
            return cls(State.OPEN, tuple(indices_in(facts["missing"])))
        except (KeyError, ValueError, TypeError) as error:
            raise OddAnswer("what is missing of the upload cannot be read") from error


@dataclass(frozen=True, slots=True)
class Session:
    calls: Calls
    id: str

    @classmethod
    async def begin(
        cls, calls: Calls, declared: Mapping[str, Any], *, idempotency_key: str
    ) -> Self:
        headers = {"Idempotency-Key": idempotency_key}
        data = await calls.data(Call("POST", "/upload/init", declared, headers=headers))
        return cls(calls, str(data.get("upload_session_id", "")))

    async def put(
        self, index: int, content: bytes, *, checksum: Checksum, advance: Advance
    ) -> None:
        body = _CountedBody(content, advance)
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Length": str(len(content)),
            f"X-Amz-Checksum-{checksum.algorithm.capitalize()}": checksum.base64,
        }
        path = f"{self._path}/chunks/{index}"
        await self.calls.ask(
            Call("PUT", path, headers=headers, body=body.again, passing=_DAMAGED_ON_THE_WAY)
        )
        body.settle()

    async def standing(self) -> Standing:
        return Standing.of(await self.calls.data(Call("GET", self._path)))

    async def complete(
        self, declared: Mapping[str, Any], *, total_chunks: int, total_size: int, checksum: Checksum
    ) -> Stored:
        document = {
            "upload_session_id": self.id,
            "total_chunks": total_chunks,
            "main_service_file_id": declared["main_service_file_id"],
            "total_size": total_size,
            "checksum": str(checksum),
        }
        return Stored.of(await self.calls.data(Call("POST", "/upload/complete", document)))

    async def give_up(self) -> None:
        """As far as it can be done: the service ends by itself what nobody goes on with."""
        with contextlib.suppress(ClientError, TimeoutError):
            async with asyncio.timeout(_GIVING_UP_SECONDS):
                await self.calls.ask(Call("DELETE", self._path))

    @property
    def _path(self) -> str:
        return f"/upload/{self.id}"


def indices_in(ranges: Iterable[str]) -> list[int]:
    """As the service spells them: "3", "5-9". Raises ValueError."""
    found: list[int] = []
    for each in ranges:
        first, _, last = each.partition("-")
        found.extend(range(int(first), int(last or first) + 1))
    return found


class _CountedBody:
    """A chunk as it is written to the connection, told to `advance` as it goes."""

    def __init__(self, content: bytes, advance: Advance) -> None:
        self._content = memoryview(content)
        self._advance = advance
        self._counted_bytes = 0

    async def again(self) -> AsyncIterator[bytes]:
        self._count(0)
        for start in range(0, len(self._content), _SLICE_BYTES):
            piece = self._content[start : start + _SLICE_BYTES]
            yield bytes(piece)
            self._count(start + len(piece))

    def settle(self) -> None:
        """It was taken, perhaps before all of it was asked for."""
        self._count(len(self._content))

    def _count(self, size_bytes: int) -> None:
        self._advance(size_bytes - self._counted_bytes)
        self._counted_bytes = size_bytes
