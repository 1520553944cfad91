"""Only allowed types are taken, by name, claim and first bytes, whichever way the chunks come."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import httpx
import pytest

from tests.fixtures.first_bytes import ELF, EXE, HTML, MP3, PDF, PNG, SVG, TEXT, UTF16_HTML, ZIP
from tests.service.caller import Caller, Session, client_of, problem_of, sha256_hex
from tests.service.content import MIB, content_of, cut
from tests.service.deployment import Deployment
from tests.service.running import RunningService, running
from tests.service.stores import on_one_store
from tests.service.tokens import token
from tests.service.waiting import until

pytestmark = on_one_store


def _file(beginning: bytes, size_bytes: int = 3000) -> bytes:
    return beginning + content_of(size_bytes)[len(beginning) :]


_PICTURE = _file(PNG)
_PAGE = HTML + b"<p>" * 1000


@pytest.fixture(scope="module")
def choosy(deployment: Deployment) -> Iterator[RunningService]:
    allowed = "image,audio,document,.zip,.stl=model/stl"
    with running(deployment.settings(allowed_file_types=allowed)) as service:
        yield service


@pytest.fixture
async def picky(choosy: RunningService, deployment: Deployment) -> AsyncIterator[Caller]:
    """A client of a service that does not take everything."""
    async with client_of(choosy.url, token("alice")) as client:
        caller = Caller(client)
        yield caller
        for session in caller.sessions:
            await session.abort()
    await until(deployment.leftovers, lambda left: not left)


async def _file_first(session: Session, index: int, content: bytes) -> httpx.Response:
    files: list[tuple[str, tuple[str | None, bytes | str]]] = [
        ("chunk", ("f", content)),
        ("upload_session_id", (None, session.id)),
        ("chunk_index", (None, str(index))),
    ]
    return await session.client.post("/upload/chunk", files=files)


async def _in_tiny_pieces(session: Session, index: int, content: bytes) -> httpx.Response:
    async def pieces() -> AsyncIterator[bytes]:
        for at in range(0, len(content), 7):
            yield content[at : at + 7]

    return await session.put(index, pieces())


Way = Callable[[Session, int, bytes], Awaitable[httpx.Response]]
_WAYS: dict[str, Way] = {
    "put": Session.put,
    "form": Session.form,
    "form, file first": _file_first,
    "tiny pieces": _in_tiny_pieces,
}
on_every_way = pytest.mark.parametrize("send", _WAYS.values(), ids=_WAYS)


@pytest.mark.parametrize(
    ("name", "claimed"),
    [
        ("a.exe", None),
        ("a.html", "image/png"),
        ("a.png", "text/html"),
        ("a.png", "image/svg+xml"),
        ("a.svg", "image/svg+xml"),
        ("png", "image/png"),
        ("a.png.", None),
        ("a.stl", "model/obj"),
    ],
)
@pytest.mark.survives("Input: a name or a content type that is not allowed", "415 at init")
async def test_a_name_or_a_claim_that_is_not_allowed_begins_nothing(
    picky: Caller, name: str, claimed: str | None
) -> None:
    answer = await picky.init(original_file_name=name, content_type=claimed)
    assert problem_of(answer, 415) == "unsupported-media-type"
    document = answer.json()
    assert ".png" in document["allowed_extensions"]
    assert len(document["allowed_extensions"]) <= 40
    assert ".png" in document["detail"]


@pytest.mark.parametrize(
    ("name", "claimed", "stored"),
    [
        ("a.PNG", None, "image/png"),
        ("a.png", "image/x-png", "image/png"),
        ("a.png", "application/octet-stream", "image/png"),
    ],
)
async def test_what_is_stored_is_the_type_of_the_extension(
    picky: Caller, deployment: Deployment, name: str, claimed: str | None, stored: str
) -> None:
    session = await picky.begin(original_file_name=name, content_type=claimed)
    assert (await session.put(0, _PICTURE)).status_code == 200
    key = (await session.stored(1))["key"]
    assert deployment.bucket.head(key)["ContentType"] == stored
    assert (await picky.client.get(f"/files/{key}")).json()["content_type"] == stored


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", _PICTURE),
        ("a.png", _PAGE),
        ("a.mp3", _file(EXE)),
        ("a.mp3", _PAGE),
        ("a.docx", _file(ELF)),
        ("a.csv", UTF16_HTML),
        ("a.txt", _file(EXE)),
        ("a.txt", _file(PDF)),
        ("a.jpg", SVG),
        ("a.zip", EXE + _file(ZIP)),
        ("a.stl", _PAGE),
        ("a.png", b"\x89PN"),
    ],
)
@on_every_way
@pytest.mark.survives(
    "Input: bytes of another type than the name says", "415; nothing is recorded or left"
)
async def test_bytes_of_another_type_are_refused_and_nothing_is_left(
    picky: Caller, deployment: Deployment, send: Way, name: str, content: bytes
) -> None:
    session = await picky.begin(original_file_name=name)
    answer = await send(session, 0, content)
    assert problem_of(answer, 415) == "unsupported-media-type"
    assert deployment.spooled_files() == []
    status = await session.status()
    assert (status["state"], status["received_chunks"]) == ("open", [])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.png", _PICTURE),
        ("a.png", PNG),
        ("a.png", b""),
        ("a.docx", _file(ZIP)),
        ("a.mp3", _file(MP3)),
        ("a.csv", TEXT),
        ("a.stl", b"solid cube"),
        ("a.pdf", _file(PDF, 20_000)),
    ],
)
@on_every_way
async def test_bytes_of_the_type_are_taken(
    picky: Caller, deployment: Deployment, send: Way, name: str, content: bytes
) -> None:
    session = await picky.begin(original_file_name=name)
    assert (await send(session, 0, content)).status_code == 200
    assert (await send(session, 0, content)).status_code == 200
    assert deployment.bucket.read((await session.stored(1))["key"]) == content


@on_every_way
async def test_a_refused_first_chunk_makes_room_for_the_right_one(
    picky: Caller, deployment: Deployment, send: Way
) -> None:
    session = await picky.begin(original_file_name="a.png")
    for _ in range(2):
        assert problem_of(await send(session, 0, _PAGE), 415) == "unsupported-media-type"
    assert (await send(session, 0, _PICTURE)).status_code == 200
    assert problem_of(await send(session, 0, _PAGE), 409) == "chunk-conflict"
    assert deployment.bucket.read((await session.stored(1))["key"]) == _PICTURE


@on_every_way
@pytest.mark.parametrize("members", [{}, {"chunk_size": 1000}])
async def test_a_first_chunk_that_comes_last_is_judged_all_the_same(
    picky: Caller, deployment: Deployment, send: Way, members: dict[str, int]
) -> None:
    session = await picky.begin(original_file_name="a.png", **members)
    first, *others = cut(_PICTURE, 1000)
    for index, content in reversed(list(enumerate(others, start=1))):
        assert (await send(session, index, content)).status_code == 200
    wrong = await send(session, 0, _PAGE[:1000])
    assert problem_of(wrong, 415) == "unsupported-media-type"
    assert problem_of(await session.complete(3), 409) == "upload-incomplete"
    assert (await send(session, 0, first)).status_code == 200
    assert deployment.bucket.read((await session.stored(3))["key"]) == _PICTURE


async def test_parts_that_are_in_the_store_already_are_no_way_around(
    picky: Caller, deployment: Deployment
) -> None:
    content = _file(HTML, 16 * MIB + 5)
    session = await picky.begin(
        original_file_name="a.png", chunk_size=8 * MIB, total_size=len(content)
    )
    first, *others = cut(content, 8 * MIB)
    for index, each in enumerate(others, start=1):
        assert (await session.put(index, each)).status_code == 200
    assert problem_of(await session.put(0, first), 415) == "unsupported-media-type"
    assert problem_of(await session.complete(3), 409) == "upload-incomplete"
    assert (await session.abort()).status_code == 200


async def test_only_the_first_chunk_is_looked_at(picky: Caller) -> None:
    session = await picky.begin(original_file_name="a.png")
    assert (await session.put(1, _PAGE)).status_code == 200


async def test_an_upload_with_a_refused_chunk_can_be_given_up(picky: Caller) -> None:
    session = await picky.begin(original_file_name="a.png")
    await session.put(0, _PAGE)
    assert (await session.abort()).status_code == 200
    assert (await session.status())["state"] == "aborted"


@pytest.mark.parametrize("members", [{"chunk_size": 511}, {"chunk_size": 1, "total_size": 2}])
async def test_chunks_too_small_to_show_a_type_begin_nothing(
    picky: Caller, members: dict[str, int]
) -> None:
    answer = await picky.init(original_file_name="a.txt", **members)
    assert problem_of(answer, 422) == "validation-failed"
    assert "512" in answer.json()["detail"]


@pytest.mark.parametrize("members", [{"chunk_size": 511, "total_size": 511}, {"chunk_size": 512}])
async def test_small_chunks_that_show_it_are_taken(picky: Caller, members: dict[str, int]) -> None:
    session = await picky.begin(original_file_name="a.txt", **members)
    content = b"w" * members["chunk_size"]
    assert (await session.put(0, content)).status_code == 200
    await session.stored(1)


@on_every_way
@pytest.mark.parametrize("members", [{"total_size": 3000}, {"total_chunks": 2}])
async def test_a_first_chunk_that_shows_too_little_of_a_larger_file_is_refused(
    picky: Caller, deployment: Deployment, send: Way, members: dict[str, int]
) -> None:
    session = await picky.begin(original_file_name="a.txt", **members)
    answer = await send(session, 0, b"M")
    assert problem_of(answer, 422) == "validation-failed"
    assert deployment.spooled_files() == []


@on_every_way
@pytest.mark.parametrize("first_is_last", [False, True])
@pytest.mark.survives(
    "Input: a program whose first chunk is one byte", "422 at the latest at completion"
)
async def test_a_tiny_first_chunk_is_no_way_around(
    picky: Caller, send: Way, *, first_is_last: bool
) -> None:
    program = _file(EXE)
    session = await picky.begin(original_file_name="a.mp3")
    chunks = [(0, program[:1]), (1, program[1:])]
    answers = [
        await send(session, index, content)
        for index, content in (reversed(chunks) if first_is_last else chunks)
    ]
    if first_is_last:
        assert problem_of(answers[1], 422) == "validation-failed"
    else:
        # One letter may be all of a text, and no letter of an MP3.
        assert problem_of(answers[0], 415) == "unsupported-media-type"
    assert problem_of(await session.complete(2), 409) == "upload-incomplete"


async def test_a_first_chunk_that_proved_to_be_tiny_is_found_at_completion(
    picky: Caller, deployment: Deployment
) -> None:
    program, keys = _file(EXE), deployment.bucket.keys()
    session = await picky.begin(original_file_name="a.txt")
    assert (await session.put(0, program[:1])).status_code == 200
    assert (await session.put(1, program[1:])).status_code == 200
    answer = await session.complete(2)
    assert problem_of(answer, 422) == "validation-failed"
    assert (await session.status())["state"] == "open"
    assert deployment.bucket.keys() == keys
    assert (await session.abort()).status_code == 200


async def test_a_digest_is_still_verified(picky: Caller) -> None:
    session = await picky.begin(original_file_name="a.png")
    wrong = await session.form(0, _PICTURE, chunk_sha256=sha256_hex(b"other"))
    assert problem_of(wrong, 422) == "digest-mismatch"


@pytest.mark.parametrize("name", ["b.PNG", "another name.png"])
async def test_a_file_may_be_renamed_to_what_it_is(picky: Caller, name: str) -> None:
    key = await _stored_picture(picky)
    answer = await picky.client.patch(f"/files/{key}", json={"name": name})
    assert answer.json()["name"] == name


@pytest.mark.parametrize("name", ["a.exe", "a.html", "a.pdf", "a", "a.png.js"])
async def test_a_file_is_not_renamed_to_another_type(picky: Caller, name: str) -> None:
    key = await _stored_picture(picky)
    answer = await picky.client.patch(f"/files/{key}", json={"name": name})
    assert problem_of(answer, 415) == "unsupported-media-type"
    changed = await picky.client.patch(f"/files/{key}", json={"metadata": {"take": "2"}})
    assert changed.json()["name"] == "a.png"


async def test_a_strangers_file_is_absent_to_who_renames_it(
    picky: Caller, choosy: RunningService
) -> None:
    key = await _stored_picture(picky)
    async with client_of(choosy.url, token("mallory")) as stranger:
        answer = await stranger.patch(f"/files/{key}", json={"name": "a.exe"})
    assert problem_of(answer, 404) == "not-found"


async def test_without_the_setting_everything_is_taken(caller: Caller) -> None:
    session = await caller.begin(original_file_name="a.png", content_type="text/html")
    assert (await session.put(0, _PAGE[:1])).status_code == 200
    assert (await session.put(1, _PAGE[1:])).status_code == 200
    await session.stored(2)


async def _stored_picture(picky: Caller) -> str:
    session = await picky.begin(original_file_name="a.png")
    assert (await session.put(0, _PICTURE)).status_code == 200
    return str((await session.stored(1))["key"])
