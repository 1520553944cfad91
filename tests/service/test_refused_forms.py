"""A form is read strictly: each field once, the file wherever it stands, the end asserted."""

import pytest

from tests.service.caller import Caller, Session, data_of, problem_of, sha256_hex
from tests.service.content import content_of
from tests.service.deployment import Deployment
from tests.service.stores import on_one_store

pytestmark = on_one_store

_CONTENT = content_of(70_000)
_BOUNDARY = "a-boundary"

Part = tuple[str, bytes]


def _form(parts: list[Part], *, end: str = f"--{_BOUNDARY}--\r\n") -> bytes:
    written = b""
    for name, content in parts:
        file_name = '; filename="f"' if name == "chunk" else ""
        disposition = f'form-data; name="{name}"{file_name}'
        written += f"--{_BOUNDARY}\r\nContent-Disposition: {disposition}\r\n\r\n".encode()
        written += content + b"\r\n"
    return written + end.encode()


async def _post(session: Session, body: bytes) -> tuple[int, str]:
    """The status, and the problem or the size taken."""
    answer = await session.client.post(
        "/upload/chunk",
        content=body,
        headers={"Content-Type": f"multipart/form-data; boundary={_BOUNDARY}"},
    )
    if answer.is_success:
        return 200, str(data_of(answer)["size"])
    return answer.status_code, problem_of(answer, answer.status_code)


def _fields(session: Session, index: bytes = b"0") -> list[Part]:
    return [("upload_session_id", session.id.encode()), ("chunk_index", index)]


@pytest.mark.parametrize("position", [0, 1, 2])
@pytest.mark.parametrize("members", [{}, {"chunk_size": 70_000}])
async def test_the_file_may_stand_before_the_fields(
    caller: Caller, deployment: Deployment, position: int, members: dict[str, int]
) -> None:
    session = await caller.begin(**members)
    parts = _fields(session)
    parts.insert(position, ("chunk", _CONTENT))
    assert await _post(session, _form(parts)) == (200, "70000")
    assert await _post(session, _form(parts)) == (200, "70000")
    data = await session.stored(1)
    assert deployment.bucket.read(data["key"]) == _CONTENT


async def test_a_file_before_its_fields_is_judged_like_any_other(
    caller: Caller, deployment: Deployment
) -> None:
    session = await caller.begin()
    await session.put(0, b"first")
    other = [("chunk", _CONTENT), *_fields(session)]
    assert await _post(session, _form(other)) == (409, "chunk-conflict")
    digest = ("chunk_sha256", sha256_hex(b"other").encode())
    wrong = [("chunk", _CONTENT), digest, *_fields(session, b"1")]
    assert await _post(session, _form(wrong)) == (422, "digest-mismatch")
    wrong[1] = ("chunk_checksum", b"crc32c:AAAAAA==")
    assert await _post(session, _form(wrong)) == (422, "digest-mismatch")
    nobodys = [("chunk", _CONTENT), ("upload_session_id", session.id[::-1].encode())]
    assert (await _post(session, _form([*nobodys, ("chunk_index", b"1")])))[0] in {404, 422}
    await session.abort()
    late = [("chunk", _CONTENT), *_fields(session, b"1")]
    assert await _post(session, _form(late)) == (410, "gone")
    assert deployment.spooled_files() == []


@pytest.mark.survives("Body: a form without its closing boundary", "400; nothing is recorded")
async def test_a_form_that_does_not_end_is_refused(caller: Caller, deployment: Deployment) -> None:
    session = await caller.begin()
    parts = [*_fields(session), ("chunk", _CONTENT)]
    assert await _post(session, _form(parts, end="")) == (400, "malformed-request")
    assert await _post(session, _form(parts, end=f"--{_BOUNDARY}")) == (400, "malformed-request")
    assert await _post(session, _form(parts[::-1], end="")) == (400, "malformed-request")
    assert deployment.spooled_files() == []
    assert (await session.status())["received_chunks"] == []


@pytest.mark.parametrize("name", ["upload_session_id", "chunk_index", "chunk"])
@pytest.mark.parametrize("is_first", [True, False])
async def test_a_repeated_field_is_refused(
    caller: Caller, deployment: Deployment, name: str, is_first: bool
) -> None:
    session = await caller.begin()
    parts = [*_fields(session), ("chunk", _CONTENT)]
    again = next(part for part in parts if part[0] == name)
    parts.insert(0 if is_first else len(parts), again)
    assert await _post(session, _form(parts)) == (400, "malformed-request")
    assert deployment.spooled_files() == []


@pytest.mark.parametrize("name", ["upload_session_id", "chunk_index", "chunk"])
async def test_a_missing_field_is_refused(
    caller: Caller, deployment: Deployment, name: str
) -> None:
    session = await caller.begin()
    parts = [*_fields(session), ("chunk", _CONTENT)]
    left = [part for part in parts if part[0] != name]
    assert (await _post(session, _form(left)))[0] in {400, 422}
    assert deployment.spooled_files() == []
