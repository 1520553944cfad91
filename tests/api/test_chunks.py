"""The chunk protocol as its clients know it."""

import hashlib
from dataclasses import replace
from typing import Any

import httpx
import pytest

from chunk_service.domain.checksums import Algorithm, Checksum
from chunk_service.domain.states import State
from chunk_service.domain.uploads import RelayMode
from chunk_service.usecases.ports import ChunkAddress
from chunk_service.usecases.read_upload import UploadStatus
from tests.api.stand_ins import MIB, OPEN_UPLOAD, STORED_UPLOAD, UPLOAD_ID, Service

INIT = {"main_service_file_id": 123, "original_file_name": "audio.mp3"}
COMPLETE = {"upload_session_id": str(UPLOAD_ID), "total_chunks": 10, "main_service_file_id": 123}
URL = f"/upload/{UPLOAD_ID}"


async def test_init_answers_as_the_old_service_did_and_says_what_fits(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.post("/upload/init", json=INIT)
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "success",
        "message": "Upload session initialized.",
        "data": {
            "upload_session_id": str(UPLOAD_ID),
            "chunk_size": 8 * MIB,
            "part_size": 8 * MIB,
            "max_size": 80_000 * MIB,
            "max_chunk_size": 128 * MIB,
            "expires_at": "2026-11-20T12:30:00.000Z",
        },
    }


async def test_init_hands_every_member_on(client: httpx.AsyncClient, service: Service) -> None:
    checksum = Checksum(Algorithm.CRC32, b"\1\2\3\4")
    wanted = {
        **INIT,
        "main_service_file_id": "file-é",
        "content_type": 'audio/mpeg; codecs="mp3"',
        "metadata": {"take": 2, "live": True, "by": "B"},
        "total_size": 20,
        "chunk_size": 10,
        "total_chunks": 2,
        "checksum": str(checksum),
        "relay": "on_completion",
        "expires_in": 60,
        "unknown": {"is": "passed over"},
    }
    await client.post("/upload/init", json=wanted, headers={"Idempotency-Key": '"k"'})
    [(begun, key)] = service.begun
    assert key == '"k"'
    assert begun.main_service_file_id == "file-é"
    assert begun.metadata == {"take": "2", "live": "true", "by": "B"}
    assert (begun.total_size, begun.chunk_size, begun.total_chunks) == (20, 10, 2)
    assert (begun.checksum, begun.relay) == (checksum, RelayMode.ON_COMPLETION)
    assert begun.expires_in_seconds == 60


@pytest.mark.parametrize(
    "wrong",
    [
        {"main_service_file_id": True},
        {"main_service_file_id": 2**63},
        {"main_service_file_id": 1.0},
        {"main_service_file_id": ""},
        {"main_service_file_id": "x" * 129},
        {"main_service_file_id": "a\0b"},
        {"main_service_file_id": None},
        {"original_file_name": ""},
        {"original_file_name": "x" * 256},
        {"original_file_name": "a\nb"},
        {"original_file_name": 5},
        {"content_type": "audio"},
        {"content_type": "a/b\r\nX: y"},
        {"metadata": {"a": {"b": "c"}}},
        {"metadata": {"a": None}},
        {"metadata": {"": "x"}},
        {"metadata": {"a": "\0"}},
        {"metadata": {str(number): "x" for number in range(65)}},
        {"metadata": {"a": "x" * 8200}},
        {"total_size": -1},
        {"total_size": "5"},
        {"chunk_size": 0},
        {"chunk_size": True},
        {"total_chunks": 2**31},
        {"checksum": "md5:abcd"},
        {"checksum": "crc32:AA=="},
        {"checksum": 5},
        {"relay": "sometimes"},
        {"expires_in": 0},
    ],
)
async def test_init_refuses_values_that_are_not_what_they_should_be(
    client: httpx.AsyncClient, service: Service, wrong: dict[str, Any]
) -> None:
    answer = await client.post("/upload/init", json={**INIT, **wrong})
    assert answer.status_code == 422
    assert answer.json()["type"] == "/problems/validation-failed"
    assert answer.json()["errors"][0]["field"].startswith(next(iter(wrong)))
    assert service.begun == []


async def test_lone_surrogates_are_refused_wherever_they_are_stored(
    client: httpx.AsyncClient,
) -> None:
    for member in ('"original_file_name": "\\ud800"', '"metadata": {"a": "\\udfff"}'):
        body = '{"main_service_file_id": 1, "original_file_name": "a", %s}' % member  # noqa: UP031
        body = body if "metadata" in member else body.replace('"original_file_name": "a", ', "")
        answer = await client.post("/upload/init", content=body)
        assert answer.status_code == 422


@pytest.mark.parametrize("key", ["", "with space", "x" * 256, "é".encode("latin-1")])
async def test_an_idempotency_key_is_visible_ascii(
    client: httpx.AsyncClient, key: str | bytes
) -> None:
    raw = key if isinstance(key, bytes) else key.encode()
    answer = await client.post("/upload/init", json=INIT, headers={b"Idempotency-Key": raw})
    assert answer.status_code == 400


async def test_a_chunk_comes_as_a_form(client: httpx.AsyncClient, service: Service) -> None:
    body = b"chunk bytes"
    answer = await client.post(
        "/upload/chunk",
        data={
            "upload_session_id": str(UPLOAD_ID),
            "chunk_index": "3",
            "chunk_sha256": hashlib.sha256(body).hexdigest().upper(),
            "chunk_checksum": "crc32:AAAAAA==",
        },
        files={"chunk": ("blob", body)},
    )
    assert answer.status_code == 200
    assert answer.json()["status"] == "success"
    assert answer.json()["message"] == "Chunk uploaded successfully."
    assert service.received == [body]
    assert service.first_address == ChunkAddress(UPLOAD_ID, 3)
    assert service.checksums == (
        Checksum(Algorithm.SHA256, hashlib.sha256(body).digest()),
        Checksum(Algorithm.CRC32, bytes(4)),
    )


async def test_a_chunk_comes_as_bare_bytes(client: httpx.AsyncClient, service: Service) -> None:
    digests = {
        "Content-Digest": "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:",
        "X-Amz-Checksum-Crc64nvme": "AAAAAAAAAAE=",
    }
    answer = await client.put(f"{URL}/chunks/0", content=b"abc", headers=digests)
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "success",
        "message": "Chunk uploaded successfully.",
        "data": {"chunk_index": 0, "size": 3, "repeated": False},
    }
    assert service.received == [b"abc"]
    assert service.first_most_bytes == 3
    assert service.checksums == (
        Checksum(Algorithm.SHA256, hashlib.sha256(b"").digest()),
        Checksum.of_int(Algorithm.CRC64NVME, 1),
    )


async def test_complete_answers_as_the_old_service_did_with_the_result(
    client: httpx.AsyncClient, service: Service
) -> None:
    service.upload = STORED_UPLOAD
    answer = await client.post("/upload/complete", json={**COMPLETE, "total_size": 3})
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "success",
        "message": "File upload completed and main service notified.",
        "data": {
            "file_path_on_upload_service": (
                "https://s3.example.com/bucket/uploads/01968c5e-audio%20%C3%A9.mp3"
            ),
            "upload_session_id": str(UPLOAD_ID),
            "main_service_file_id": 123,
            "key": STORED_UPLOAD.key,
            "size": 3,
            "etag": '"e"',
            "checksum": "crc64nvme:AAAAAAAAAAA=",
        },
    }
    [(completion, wait)] = service.completions
    assert wait
    assert (completion.upload_id, completion.total_chunks, completion.total_size) == (
        UPLOAD_ID,
        10,
        3,
    )


async def test_who_prefers_not_to_wait_gets_202(
    client: httpx.AsyncClient, service: Service
) -> None:
    service.upload = replace(OPEN_UPLOAD, state=State.COMPLETING)
    answer = await client.post(
        "/upload/complete", json=COMPLETE, headers={"Prefer": "wait=5, Respond-Async"}
    )
    assert answer.status_code == 202
    assert answer.headers["Preference-Applied"] == "respond-async"
    assert answer.headers["Location"] == URL
    assert answer.json()["data"] == {"upload_session_id": str(UPLOAD_ID), "state": "completing"}
    assert service.completions[0][1] is False


async def test_status_tells_ranges_and_bounds_them(
    client: httpx.AsyncClient, service: Service
) -> None:
    many = [(number * 2, number * 2 + 1) for number in range(1001)]
    service.status = UploadStatus(
        upload=OPEN_UPLOAD, received=many, missing=[(1, 2), (3, 6)], parts_relayed=7
    )
    data = (await client.get(URL)).json()["data"]
    assert data["state"] == "open"
    assert data["missing_chunks"] == ["1", "3-5"]
    assert len(data["received_chunks"]) == 1000
    assert data["truncated"] is True
    assert data["parts_relayed"] == 7
    assert data["result"] is None


async def test_status_of_a_stored_upload_holds_the_result(
    client: httpx.AsyncClient, service: Service
) -> None:
    service.upload = STORED_UPLOAD
    data = (await client.get(URL)).json()["data"]
    assert data["state"] == "stored"
    assert data["result"]["size"] == 3


async def test_abort_says_what_became_of_the_upload(
    client: httpx.AsyncClient, service: Service
) -> None:
    service.upload = replace(OPEN_UPLOAD, state=State.ABORTED)
    answer = await client.delete(URL)
    assert answer.status_code == 200
    assert answer.json()["data"]["state"] == "aborted"


@pytest.mark.parametrize(
    "spelling",
    [str(UPLOAD_ID).upper(), UPLOAD_ID.hex, f"{{{UPLOAD_ID}}}", f"urn:uuid:{UPLOAD_ID}", "x"],
)
async def test_an_id_has_one_spelling(client: httpx.AsyncClient, spelling: str) -> None:
    for method in ("GET", "DELETE"):
        answer = await client.request(method, f"/upload/{spelling}")
        assert answer.status_code == 404
    answer = await client.put(f"/upload/{spelling}/chunks/0", content=b"x")
    assert answer.status_code == 404
    answer = await client.post("/upload/complete", json={**COMPLETE, "upload_session_id": spelling})
    assert answer.status_code == 422


@pytest.mark.parametrize("spelling", ["-1", "+1", "01", "1_0", "1.0", "x", "٣", str(2**31)])
async def test_an_index_has_one_spelling(
    client: httpx.AsyncClient, service: Service, spelling: str
) -> None:
    answer = await client.put(f"{URL}/chunks/{spelling}", content=b"x")
    assert answer.status_code == 422
    fields = {"upload_session_id": str(UPLOAD_ID), "chunk_index": spelling}
    answer = await client.post("/upload/chunk", data=fields, files={"chunk": b"x"})
    assert answer.status_code == 422
    assert service.received == []
