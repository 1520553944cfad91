"""A client of the chunked upload service, written against its README, works here unchanged."""

import pytest

from tests.service import tokens
from tests.service.caller import Caller, client_of
from tests.service.content import MIB, content_of, cut
from tests.service.deployment import Deployment
from tests.service.running import RunningService


@pytest.mark.parametrize("chunk_bytes", [1000, 4 * MIB], ids=["one put", "multipart"])
async def test_init_chunk_complete_as_the_old_readme_says(
    caller: Caller, deployment: Deployment, chunk_bytes: int
) -> None:
    client = caller.client
    content = content_of(2 * chunk_bytes + 7 * chunk_bytes // 9)

    init = await client.post(
        "/upload/init", json={"main_service_file_id": 123, "original_file_name": "audio.mp3"}
    )
    assert init.status_code == 200
    assert init.json()["status"] == "success"
    assert init.json()["message"] == "Upload session initialized."
    session = init.json()["data"]["upload_session_id"]
    assert isinstance(session, str)
    caller.session(session)

    chunks = cut(content, chunk_bytes)
    for index, chunk in enumerate(chunks):
        sent = await client.post(
            "/upload/chunk",
            data={"upload_session_id": session, "chunk_index": index},
            files={"chunk": chunk},
        )
        assert sent.status_code == 200
        assert sent.json()["status"] == "success"
        assert sent.json()["message"] == "Chunk uploaded successfully."

    complete = await client.post(
        "/upload/complete",
        json={
            "upload_session_id": session,
            "total_chunks": len(chunks),
            "main_service_file_id": 123,
        },
    )
    assert complete.status_code == 200
    assert complete.json()["status"] == "success"
    assert complete.json()["message"] == "File upload completed and main service notified."
    data = complete.json()["data"]
    bucket = deployment.bucket
    url = f"{bucket.store.endpoint_url}/{bucket.name}/{data['key']}"
    assert data["file_path_on_upload_service"] == url
    assert bucket.read(data["key"]) == content

    await _told_once(deployment, session, data)


async def test_errors_have_a_detail_and_who_is_not_the_owner_gets_404(
    caller: Caller, stranger: Caller
) -> None:
    session = await caller.begin()
    chunk = {"upload_session_id": session.id, "chunk_index": 0}
    complete = {"upload_session_id": session.id, "total_chunks": 1, "main_service_file_id": 123}
    refused = [
        await stranger.client.post("/upload/chunk", data=chunk, files={"chunk": b"x"}),
        await stranger.client.post("/upload/complete", json=complete),
    ]
    assert [answer.status_code for answer in refused] == [404, 404]
    assert all(isinstance(answer.json()["detail"], str) for answer in refused)


async def test_a_token_with_a_file_id_is_bound_to_that_file(
    caller: Caller, service: RunningService
) -> None:
    async with client_of(service.url, tokens.token("alice", file_id=123)) as client:
        named = {"original_file_name": "audio.mp3"}
        other = await client.post("/upload/init", json={"main_service_file_id": 124, **named})
        assert other.status_code == 404
        own = await client.post("/upload/init", json={"main_service_file_id": 123, **named})
        assert own.status_code == 200
        caller.session(own.json()["data"]["upload_session_id"])


async def _told_once(deployment: Deployment, session: str, data: dict[str, object]) -> None:
    (notification,) = await deployment.main_service.told_of(session)
    event = notification.verified()
    assert event["type"] == "upload.completed"
    assert notification.headers["webhook-id"].startswith("msg_")
    assert event["data"] == {
        **data,
        "original_file_name": "audio.mp3",
        "content_type": None,
        "owner": "alice",
        "metadata": {},
    }
