"""A client of the service that this one replaced, written against its README, works unchanged."""

import pytest

from tests.service.caller import Caller
from tests.service.content import MIB, content_of, cut
from tests.service.deployment import Deployment


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
