"""Nobody sees another owner's things: they are absent, on every route alike."""

from collections.abc import Awaitable, Callable

import httpx
import pytest

from tests.service.caller import Caller, Session, client_of, problem_of
from tests.service.running import RunningService
from tests.service.stores import on_one_store
from tests.service.tokens import token

pytestmark = on_one_store

_ABSENT = "01968c5e-7b7e-7c3a-9d5e-3f1f0f6f2a10"

Call = Callable[[Session], Awaitable[httpx.Response]]


async def _file_first(session: Session) -> httpx.Response:
    files: list[tuple[str, tuple[str | None, bytes | str]]] = [
        ("chunk", ("f", b"x")),
        ("upload_session_id", (None, session.id)),
        ("chunk_index", (None, "0")),
    ]
    return await session.client.post("/upload/chunk", files=files)


_CALLS: dict[str, Call] = {
    "put": lambda session: session.put(0, b"x"),
    "form": lambda session: session.form(0, b"x"),
    "form, file first": _file_first,
    "complete": lambda session: session.complete(1),
    "read": lambda session: session.read(),
    "abort": lambda session: session.abort(),
}


def _alike(answer: httpx.Response) -> dict[str, object]:
    document = dict(answer.json())
    document.pop("request_id")
    return document


@pytest.mark.parametrize("call", _CALLS.values(), ids=_CALLS)
async def test_a_strangers_upload_is_the_same_404_as_an_absent_one(
    caller: Caller, stranger: Caller, call: Call
) -> None:
    session = await caller.begin()
    foreign = await call(Session(session.id, stranger.client))
    absent = await call(Session(_ABSENT, stranger.client))
    assert problem_of(foreign, 404) == "not-found"
    assert _alike(foreign) == _alike(absent)
    status = await session.status()
    assert (status["state"], status["received_chunks"]) == ("open", [])


@pytest.mark.parametrize("call", _CALLS.values(), ids=_CALLS)
async def test_a_strangers_stored_upload_is_a_404(
    caller: Caller, stranger: Caller, call: Call
) -> None:
    session = await caller.begin()
    await session.put(0, b"x")
    await session.stored(1)
    foreign = await call(Session(session.id, stranger.client))
    assert problem_of(foreign, 404) == "not-found"


@pytest.mark.parametrize("call", _CALLS.values(), ids=_CALLS)
async def test_a_token_bound_to_a_file_opens_only_that_files_uploads(
    caller: Caller, service: RunningService, call: Call
) -> None:
    session = await caller.begin(main_service_file_id=123)
    async with client_of(service.url, token("alice", file_id="124")) as other:
        assert problem_of(await call(Session(session.id, other)), 404) == "not-found"
    async with client_of(service.url, token("alice", file_id="123")) as same:
        assert (await Session(session.id, same).put(0, b"x")).status_code == 200
        assert (await call(Session(session.id, same))).status_code == 200


async def test_a_token_bound_to_a_file_begins_only_that_files_uploads(
    caller: Caller, service: RunningService
) -> None:
    async with client_of(service.url, token("alice", file_id=123)) as client:
        bound = Caller(client, caller.sessions)
        await bound.begin(main_service_file_id=123)
        await bound.begin(main_service_file_id="123")
        refused = await bound.init(main_service_file_id=124)
        assert problem_of(refused, 404) == "not-found"


@pytest.mark.parametrize("call", _CALLS.values(), ids=_CALLS)
@pytest.mark.parametrize("bearer", ["x", "x.y.z"])
async def test_without_a_good_token_no_route_answers(
    caller: Caller, service: RunningService, call: Call, bearer: str
) -> None:
    session = await caller.begin()
    async with client_of(service.url, bearer) as client:
        answer = await call(Session(session.id, client))
    assert problem_of(answer, 401) == "unauthorized"
    assert answer.headers["www-authenticate"].startswith("Bearer")
