"""A client of the service: calls as its users write them, by one owner, and its uploads."""

import hashlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

FILE_ID = 123
FILE_NAME = "audio.mp3"


@dataclass(frozen=True, slots=True)
class Session:
    """One upload of a caller; all calls give the answer as it came."""

    id: str
    client: httpx.AsyncClient
    told: Mapping[str, Any] = field(default_factory=dict)

    async def put(
        self,
        index: int | str,
        content: bytes | AsyncIterator[bytes],
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        path = f"/upload/{self.id}/chunks/{index}"
        return await self.client.put(path, content=content, headers=headers)

    async def form(self, index: int | str, content: bytes, **more: str) -> httpx.Response:
        return await self.client.post(
            "/upload/chunk",
            data={"upload_session_id": self.id, "chunk_index": str(index), **more},
            files={"chunk": ("blob", content)},
        )

    async def complete(
        self, total_chunks: int, headers: Mapping[str, str] | None = None, /, **members: object
    ) -> httpx.Response:
        document = {
            "upload_session_id": self.id,
            "total_chunks": total_chunks,
            "main_service_file_id": FILE_ID,
            **members,
        }
        return await self.client.post("/upload/complete", json=document, headers=headers)

    async def stored(self, total_chunks: int, /, **members: object) -> dict[str, Any]:
        """Complete and give the answer's data, with the object's key among them."""
        return data_of(await self.complete(total_chunks, **members))

    async def read(self) -> httpx.Response:
        return await self.client.get(f"/upload/{self.id}")

    async def status(self) -> dict[str, Any]:
        return data_of(await self.read())

    async def abort(self) -> httpx.Response:
        return await self.client.delete(f"/upload/{self.id}")


@dataclass(frozen=True, slots=True)
class Caller:
    client: httpx.AsyncClient
    sessions: list[Session] = field(default_factory=list)

    async def init(
        self, headers: Mapping[str, str] | None = None, /, **members: object
    ) -> httpx.Response:
        document = {
            "main_service_file_id": FILE_ID,
            "original_file_name": FILE_NAME,
            **members,
        }
        return await self.client.post("/upload/init", json=document, headers=headers)

    async def begin(
        self, headers: Mapping[str, str] | None = None, /, **members: object
    ) -> Session:
        data = data_of(await self.init(headers, **members))
        return self.session(data["upload_session_id"], data)

    def session(self, upload_session_id: str, told: Mapping[str, Any] | None = None) -> Session:
        session = Session(upload_session_id, self.client, told or {})
        self.sessions.append(session)
        return session


def client_of(url: str, token: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=url,
        headers={"Authorization": f"Bearer {token}"},
        timeout=30,
        trust_env=False,
        verify=False,
    )


def data_of(answer: httpx.Response) -> dict[str, Any]:
    """The `data` of a success."""
    assert answer.status_code == 200, answer.text
    return dict(answer.json()["data"])


def problem_of(answer: httpx.Response, status: int) -> str:
    """The slug of a problem document that was answered with this status."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert document["status"] == status
    assert document["request_id"] == answer.headers["x-request-id"]
    return str(document["type"]).removeprefix("/problems/")


def sha256_hex(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
