"""What init takes, what it promises, and what it does with hostile names."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.service.caller import Caller, data_of, problem_of
from tests.service.content import MIB
from tests.service.deployment import MAX_CHUNK_BYTES, MAX_FILE_BYTES, Deployment
from tests.service.stores import on_one_store

pytestmark = on_one_store

_HOSTILE = {
    "../../etc/passwd": "passwd",
    "..\\..\\windows\\system32": "system32",
    "/absolute/path.txt": "path.txt",
    "..": "file",
    "a b?c=d&e#f%2e%2e%2fg.mp3": "a_b_c_d_e_f_2e_2e_2fg.mp3",
    "Ünïcödé ☃ \u202egpj.exe": "Unicode_gpj.exe",
    "'; DROP TABLE uploads; --": "DROP_TABLE_uploads_--",
    "<script>alert(1)</script>": "script",
    "x" * 251 + ".mp3": "x" * 96 + ".mp3",
}


async def test_init_promises_sizes_and_a_deadline(caller: Caller) -> None:
    session = await caller.begin()
    assert session.told["chunk_size"] == session.told["part_size"] == 8 * MIB
    assert session.told["max_size"] == MAX_FILE_BYTES
    assert session.told["max_chunk_size"] == MAX_CHUNK_BYTES
    deadline = datetime.fromisoformat(session.told["expires_at"])
    assert abs(deadline - datetime.now(UTC) - timedelta(hours=24)) < timedelta(minutes=1)


async def test_a_declared_chunk_size_is_confirmed_as_it_is(caller: Caller) -> None:
    session = await caller.begin(chunk_size=3 * MIB)
    assert session.told["chunk_size"] == 3 * MIB
    assert session.told["part_size"] == 9 * MIB


async def test_a_client_may_ask_for_a_sooner_deadline(caller: Caller) -> None:
    session = await caller.begin(expires_in=600)
    deadline = datetime.fromisoformat(session.told["expires_at"])
    assert abs(deadline - datetime.now(UTC) - timedelta(minutes=10)) < timedelta(minutes=1)


@pytest.mark.parametrize(
    "members",
    [
        {"chunk_size": MAX_CHUNK_BYTES + 1},
        {"chunk_size": 0},
        {"chunk_size": True},
        {"total_chunks": 0},
        {"total_chunks": 100_001},
        {"total_size": -1},
        {"chunk_size": 1000, "total_size": 2500, "total_chunks": 4},
        {"expires_in": 0},
        {"relay": "later"},
        {"checksum": "sha256:AAAA"},
        {"content_type": "text"},
        {"content_type": "text/html\r\nX-Evil: 1"},
        {"main_service_file_id": "x" * 129},
        {"main_service_file_id": 1.5},
        {"main_service_file_id": None},
        {"original_file_name": ""},
        {"original_file_name": "x" * 256},
        {"original_file_name": "a\0b"},
        {"original_file_name": "a\nb"},
        {"metadata": {"a": {"b": "c"}}},
        {"metadata": {"a": ["b"]}},
        {"metadata": {"": "x"}},
        {"metadata": {"a": "x\0"}},
        {"metadata": {"a": "x" * 9000}},
        {"metadata": {str(number): "" for number in range(65)}},
    ],
    ids=lambda members: str(members)[:40],
)
async def test_what_cannot_be_is_refused(caller: Caller, members: dict[str, object]) -> None:
    assert problem_of(await caller.init(**members), 422) == "validation-failed"


async def test_a_file_larger_than_any_may_be_is_refused(caller: Caller) -> None:
    assert problem_of(await caller.init(total_size=MAX_FILE_BYTES + 1), 413) == "content-too-large"
    await caller.begin(total_size=MAX_FILE_BYTES)


@pytest.mark.parametrize("name", [b"\\ud800", b"\xff\xfe", b"\\u0000"])
async def test_a_name_that_is_no_text_is_refused(caller: Caller, name: bytes) -> None:
    answer = await caller.client.post(
        "/upload/init",
        content=b'{"main_service_file_id": 1, "original_file_name": "' + name + b'"}',
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code in {400, 422}
    problem_of(answer, answer.status_code)


@pytest.mark.parametrize(("name", "kept"), _HOSTILE.items())
async def test_a_hostile_name_is_kept_as_it_is_and_never_becomes_a_key(
    caller: Caller, deployment: Deployment, name: str, kept: str
) -> None:
    session = await caller.begin(original_file_name=name)
    await session.put(0, b"x")
    data = await session.stored(1)
    folder, _, rest = data["key"].partition("/")
    assert (folder, rest[36], rest[37:]) == ("uploads", "-", kept)
    assert data["file_path_on_upload_service"].endswith(data["key"])
    assert (await session.status())["original_file_name"] == name
    assert deployment.bucket.read(data["key"]) == b"x"


async def test_metadata_is_given_back_in_status_and_event(
    caller: Caller, deployment: Deployment
) -> None:
    session = await caller.begin(
        metadata={"title": "Ä ☃", "take": 2, "final": True},
        main_service_file_id="a-1",
        content_type="audio/mpeg",
    )
    told = {"title": "Ä ☃", "take": "2", "final": "true"}
    assert (await session.status())["metadata"] == told
    await session.put(0, b"x")
    data = data_of(await session.complete(1, main_service_file_id="a-1"))

    (notification,) = await deployment.main_service.told_of(session.id)
    event = notification.verified()["data"]
    assert event["metadata"] == told
    assert event["content_type"] == "audio/mpeg"
    assert event["main_service_file_id"] == data["main_service_file_id"] == "a-1"
