"""One presigned request, as its users make it."""

from typing import Any

import httpx

from tests.service.caller import Caller
from tests.service.deployment import Deployment

CONTENT = b"%PDF-1.7 a document"


async def asked(caller: Caller, **members: object) -> dict[str, Any]:
    document = {"filename": "document.pdf", "content_type": "application/pdf", **members}
    answer = await caller.client.post("/upload-url", json=document)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    data = dict(answer.json())
    caller.session(data["upload_session_id"])
    return data


async def confirmed(caller: Caller, file_key: str) -> httpx.Response:
    return await caller.client.post("/files/confirm", json={"file_key": file_key})


async def put(outside: httpx.AsyncClient, told: dict[str, Any], content: bytes = CONTENT) -> None:
    answer = await outside.put(told["presigned_url"], content=content)
    assert answer.status_code == 200, answer.text


def keys_of(deployment: Deployment) -> set[str]:
    return deployment.bucket.keys()


async def pending_keys(deployment: Deployment) -> list[str]:
    """Of its own uploads: others use the bucket too."""
    rows = await deployment.fetch("SELECT pending_key FROM uploads WHERE pending_key IS NOT NULL")
    return [row["pending_key"] for row in rows if row["pending_key"] in keys_of(deployment)]
