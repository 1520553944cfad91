"""A client can only complete what is whole and what it described; else the upload stays open."""

import base64
import hashlib
import zlib

import pytest
from awscrt import checksums

from tests.service.caller import Caller, Session, data_of, problem_of
from tests.service.content import MIB, content_of, cut
from tests.service.deployment import Deployment
from tests.service.waiting import until

_CONTENT = content_of(9 * MIB)
_CHUNKS = cut(_CONTENT, 3 * MIB)


async def _sent(session: Session) -> Session:
    for index, chunk in enumerate(_CHUNKS):
        assert (await session.put(index, chunk)).status_code == 200
    return session


def _base64(value: int, width_bytes: int) -> str:
    return base64.b64encode(value.to_bytes(width_bytes, "big")).decode()


def _crc64nvme(content: bytes) -> str:
    return "crc64nvme:" + _base64(checksums.crc64nvme(content), 8)


def _crc32(content: bytes) -> str:
    return "crc32:" + _base64(zlib.crc32(content), 4)


def _crc32c(content: bytes) -> str:
    return "crc32c:" + _base64(checksums.crc32c(content), 4)


def _sha256(content: bytes) -> str:
    return "sha256:" + base64.b64encode(hashlib.sha256(content).digest()).decode()


_CHECKSUMS = {"crc64nvme": _crc64nvme, "crc32": _crc32, "crc32c": _crc32c, "sha256": _sha256}


@pytest.mark.parametrize("members", [{}, {"chunk_size": 1000}])
async def test_holes_are_named_and_the_upload_stays_open(
    caller: Caller, members: dict[str, int]
) -> None:
    session = await caller.begin(**members)
    content = content_of(7000)
    for index in (1, 2, 5):
        await session.put(index, content[index * 1000 : index * 1000 + 1000])
    refused = await session.complete(7)
    assert problem_of(refused, 409) == "upload-incomplete"
    assert refused.json()["missing"] == ["0", "3-4", "6"]
    assert (await session.status())["state"] == "open"
    for index in (0, 3, 4, 6):
        await session.put(index, content[index * 1000 : index * 1000 + 1000])
    assert (await session.stored(7))["size"] == 7000


@pytest.mark.parametrize(
    ("declared", "status"),
    [
        ({"total_chunks": 2}, 422),
        ({"total_chunks": 4}, 409),
        ({"total_chunks": 0}, 422),
        ({"total_size": len(_CONTENT) - 1}, 422),
        ({"total_size": len(_CONTENT) + 1}, 422),
        ({"main_service_file_id": 124}, 422),
        ({"checksum": _crc64nvme(b"other")}, 422),
        ({"checksum": _crc32(_CONTENT)}, 422),
        ({"checksum": _crc32c(_CONTENT)}, 422),
        ({"checksum": _sha256(_CONTENT)}, 422),
        ({"checksum": "md5:AAAA"}, 422),
        ({"checksum": "crc64nvme:AAAA"}, 422),
    ],
)
async def test_a_wrong_description_is_refused_and_can_be_mended(
    caller: Caller, deployment: Deployment, declared: dict[str, int], status: int
) -> None:
    session = await _sent(await caller.begin())
    refused = await session.complete(3, **declared)
    assert refused.status_code == status, refused.text
    assert (await session.status())["state"] == "open"
    data = await session.stored(3, total_size=len(_CONTENT), checksum=_crc64nvme(_CONTENT))
    assert deployment.bucket.read(data["key"]) == _CONTENT


async def test_a_total_declared_at_init_is_held_to(caller: Caller) -> None:
    session = await caller.begin(total_size=10, total_chunks=2)
    await session.put(0, b"12345")
    assert problem_of(await session.put(1, b"123456"), 422) == "validation-failed"
    await session.put(1, b"1234")
    assert problem_of(await session.complete(2), 422) == "validation-failed"


@pytest.mark.parametrize("algorithm", _CHECKSUMS)
@pytest.mark.parametrize("members", [{}, {"chunk_size": 3 * MIB}])
async def test_a_checksum_declared_at_init_is_verified_and_told(
    caller: Caller, deployment: Deployment, algorithm: str, members: dict[str, int]
) -> None:
    checksum = _CHECKSUMS[algorithm](_CONTENT)
    session = await _sent(await caller.begin(checksum=checksum, **members))
    data = await session.stored(3)
    assert data["checksum"] == checksum
    assert deployment.bucket.read(data["key"]) == _CONTENT


@pytest.mark.parametrize("algorithm", _CHECKSUMS)
async def test_a_file_without_the_checksum_declared_at_init_is_never_stored(
    caller: Caller, deployment: Deployment, algorithm: str
) -> None:
    before = deployment.bucket.keys()
    session = await _sent(await caller.begin(checksum=_CHECKSUMS[algorithm](b"other")))
    for _ in range(2):
        assert problem_of(await session.complete(3), 422) == "digest-mismatch"
    assert (await session.status())["state"] == "open"
    assert deployment.bucket.keys() == before


async def test_without_a_declared_checksum_the_crc64_is_told(caller: Caller) -> None:
    session = await _sent(await caller.begin())
    assert (await session.stored(3))["checksum"] == _crc64nvme(_CONTENT)


async def test_an_asynchronous_complete_answers_at_once_and_the_status_tells_the_rest(
    caller: Caller, deployment: Deployment
) -> None:
    session = await _sent(await caller.begin())
    accepted = await session.complete(3, {"Prefer": "respond-async"})
    assert accepted.status_code in {200, 202}
    if accepted.status_code == 202:
        assert accepted.headers["preference-applied"] == "respond-async"
        assert accepted.headers["location"] == f"/upload/{session.id}"
        assert accepted.json()["status"] == "accepted"
    status = await until(session.status, lambda status: status["state"] == "stored")
    assert status["result"] == await session.stored(3)
    assert deployment.bucket.read(status["result"]["key"]) == _CONTENT


async def test_the_status_tells_how_far_an_upload_is(caller: Caller) -> None:
    session = await caller.begin(chunk_size=8 * MIB, total_size=9 * MIB + 5)
    assert (await session.status())["missing_chunks"] == ["0-1"]
    await session.put(0, content_of(8 * MIB))
    status = await until(session.status, lambda status: status["parts_relayed"] == 1)
    assert status["state"] == "open"
    assert status["received_bytes"] == 8 * MIB
    assert (status["received_chunks"], status["missing_chunks"]) == (["0"], ["1"])
    assert status["result"] is None


@pytest.mark.parametrize(
    "members",
    [{"relay": "on_completion"}, {"checksum": _sha256(_CONTENT)}],
    ids=["asked for", "whole-file hash"],
)
async def test_relay_on_completion_keeps_the_store_untouched_until_then(
    caller: Caller, deployment: Deployment, members: dict[str, str]
) -> None:
    session = await _sent(await caller.begin(total_size=9 * MIB, **members))
    query = "SELECT relay_mode FROM uploads WHERE id = $1"
    assert (await deployment.fetch(query, session.id))[0][0] == "on_completion"
    status = await session.status()
    assert status["parts_relayed"] == 0
    assert deployment.bucket.open_multiparts() == []
    assert len(deployment.spooled_files()) == 3
    data = await session.stored(3)
    assert deployment.bucket.read(data["key"]) == _CONTENT


async def test_the_object_carries_its_type_and_the_uploads_id(
    caller: Caller, deployment: Deployment
) -> None:
    session = await caller.begin(content_type="audio/mpeg")
    await session.put(0, b"x")
    head = deployment.bucket.head((await session.stored(1))["key"])
    assert head["ContentType"] == "audio/mpeg"
    assert session.id in head["Metadata"].values()


async def test_an_upload_nobody_completes_makes_no_object(
    caller: Caller, deployment: Deployment
) -> None:
    before = deployment.bucket.keys()
    session = await _sent(await caller.begin())
    assert data_of(await session.abort())["state"] == "aborted"
    assert deployment.bucket.keys() == before
