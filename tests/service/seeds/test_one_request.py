"""A client of the one-request service, written against its README, works here unchanged.

Its README names no status; the answer is 201.
"""

import uuid
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.service.caller import Caller, client_of
from tests.service.content import MIB, content_of
from tests.service.deployment import Deployment
from tests.service.processes import program
from tests.service.stores import on_one_store
from tests.service.tokens import token

RECORD = "SELECT owner, key, name, size_bytes FROM files WHERE id = $1"


@on_one_store
@pytest.mark.parametrize("size_bytes", [1_024_000, 20 * MIB + 7], ids=["small", "large"])
async def test_upload_as_the_old_readme_says(
    caller: Caller, deployment: Deployment, size_bytes: int
) -> None:
    content = content_of(size_bytes)
    upload = await caller.client.post(
        "/upload", files={"file": ("example.jpg", content, "image/jpeg")}
    )
    assert upload.status_code == 201
    document = upload.json()
    assert str(uuid.UUID(document["file_id"])) == document["file_id"]
    assert document["file_name"] == "example.jpg"
    assert document["file_size"] == size_bytes
    age = datetime.now(UTC) - datetime.fromisoformat(document["upload_time"])
    assert abs(age) < timedelta(minutes=1)

    (record,) = await deployment.fetch(RECORD, document["file_id"])
    assert (record["owner"], record["name"]) == ("alice", "example.jpg")
    assert record["size_bytes"] == size_bytes
    assert deployment.bucket.read(record["key"]) == content


@on_one_store
@pytest.mark.parametrize("authorization", [None, "Bearer not.a.token", "Basic eDp4"])
async def test_without_a_bearer_token_nothing_is_taken(
    anyone: httpx.AsyncClient, authorization: str | None
) -> None:
    upload = await anyone.post(
        "/upload",
        files={"file": ("example.jpg", b"x", "image/jpeg")},
        headers={} if authorization is None else {"Authorization": authorization},
    )
    assert upload.status_code == 401
    assert upload.headers["WWW-Authenticate"].startswith("Bearer")


async def test_debug_turns_on_debug_logging(own: Deployment) -> None:
    with program(own, "serve", debug="true") as served:
        await served.serves()
        async with client_of(served.url, token("alice")) as client:
            files = {"file": ("example.jpg", content_of(9 * MIB), "image/jpeg")}
            assert (await client.post("/upload", files=files)).status_code == 201
        levels = {line["level"] for line in served.lines()}
    assert {"debug", "info"} <= levels
