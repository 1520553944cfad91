"""Every route, as the route table names them: what is another owner's is not there, and a token
opens only what its scopes are for.

A route that is new must find its place below, or the first test fails.
"""

from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from chunk_service.api.routes import routes
from chunk_service.domain.principals import Scope
from tests.service.caller import FILE_ID, FILE_NAME, Caller, client_of, problem_of
from tests.service.running import RunningService
from tests.service.stores import on_one_store
from tests.service.tokens import token

pytestmark = on_one_store

_ABSENT = "01968c5e-7b7e-7c3a-9d5e-3f1f0f6f2a10"
_PUBLIC = ("/health", "/docs", "/openapi.json", "/s/", "/app")
_ADMIN = "/admin/"
# What begins something new is nobody else's yet.
_BEGINNING = {
    ("POST", "/upload"),
    ("POST", "/upload/init"),
    ("PUT", "/files/{key:path}"),
    ("POST", "/upload-url"),
    ("GET", "/initiate"),
    ("POST", "/initiate"),
}
# Those that name an upload in their query, with the name that it was begun under.
_NAMED = ("/presigned", "/parts", "/complete", "/abort")


_PUT_FILE = ("PUT", "/files/{key}")
_OF_PARTS = {"partNumbers": [1], "parts": [{"PartNumber": 1, "ETag": "e"}]}


@dataclass(frozen=True, slots=True)
class Door:
    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    async def ask(
        self,
        client: httpx.AsyncClient,
        upload_id: str,
        key: str | None = None,
        share_id: str | None = None,
    ) -> httpx.Response:
        """`key` is the file's, where there is one, and `share_id` that of a share of it."""
        key = key or f"uploads/{upload_id}-audio.mp3"
        path = self.path.format(
            upload_session_id=upload_id,
            index=0,
            event_id=f"msg_{upload_id}",
            endpoint="main",
            key=key,
            share_id=share_id or _ABSENT,
        )
        return await client.request(self.method, path, **_content(self, upload_id, key))


def _content(door: Door, upload_id: str, key: str) -> dict[str, Any]:
    match door.method, door.path:
        case _, path if path in _NAMED:
            named = {"key": FILE_NAME, "uploadId": upload_id}
            return {"params": {**named, "partNumber": "1"}, "json": _OF_PARTS}
        case "POST", "/download-url" | "/files/confirm":
            return {"json": {"file_key": key}}
        case "POST", "/files/{key}/shares":
            return {"json": {}}
        case "PATCH", _:
            return {"json": {"name": "another.mp3"}}
        case "POST", "/upload/chunk":
            fields = {"upload_session_id": upload_id, "chunk_index": "0"}
            return {"data": fields, "files": {"chunk": ("f", b"x")}}
        case "POST", "/upload/complete":
            document = {"total_chunks": 1, "main_service_file_id": FILE_ID}
            return {"json": {"upload_session_id": upload_id, **document}}
        case "PUT", _:
            return {"content": b"x"}
        case _:
            return {}


_ALL = [
    Door(method, route.path.replace(":path}", "}"))
    for route in routes()
    if not route.path.startswith(_PUBLIC)
    for method in sorted(route.methods or ())
    if (method, route.path) not in _BEGINNING
]
_LIST = "/files"
_OWNED = [door for door in _ALL if door.path.startswith(("/upload", *_NAMED))]
_OF_FILES = [door for door in _ALL if door.path.startswith(("/files/", "/download-url"))]
_OPERATORS = [door for door in _ALL if door.path.startswith((_ADMIN, "/metrics"))]
_WITH_SCOPES = [
    *_ALL,
    *(Door(method, path.replace(":path}", "}")) for method, path in sorted(_BEGINNING)),
]

each_owned = pytest.mark.parametrize("door", [*_OWNED, *_OF_FILES], ids=str)


async def test_every_route_is_public_an_owners_or_an_operators(caller: Caller) -> None:
    lists = {door for door in _ALL if door.path == _LIST}
    assert set(_ALL) == {*_OWNED, *_OF_FILES, *_OPERATORS, *lists}
    session = await caller.begin()
    for door in _OWNED:
        assert (await door.ask(caller.client, session.id)).status_code != 404
    for door in _OF_FILES:
        key = await _stored(caller)
        share_id = await _shared(caller, key)
        assert (await door.ask(caller.client, _ABSENT, key, share_id)).status_code != 404


async def _stored(caller: Caller) -> str:
    """The key of a file."""
    session = await caller.begin()
    await session.put(0, b"x")
    return str((await session.stored(1))["key"])


async def _shared(caller: Caller, key: str) -> str:
    return str((await caller.client.post(f"/files/{key}/shares", json={})).json()["id"])


async def test_a_list_is_of_ones_own_files(caller: Caller, stranger: Caller) -> None:
    key = await _stored(caller)
    keys = [each["key"] for each in (await stranger.client.get(_LIST)).json()["files"]]
    assert key not in keys


def _alike(answer: httpx.Response) -> tuple[int, dict[str, object]]:
    document = dict(answer.json()) if answer.content else {}
    document.pop("request_id", None)
    return answer.status_code, document


@each_owned
@pytest.mark.parametrize("is_stored", [False, True], ids=["open", "stored"])
@pytest.mark.survives("Access: another owner's id, on every route", "404, like an absent one")
async def test_what_is_anothers_is_like_what_is_absent(
    caller: Caller, stranger: Caller, door: Door, is_stored: bool
) -> None:
    session, key, share_id = await caller.begin(), None, None
    if is_stored:
        await session.put(0, b"x")
        key = str((await session.stored(1))["key"])
        share_id = await _shared(caller, key)
    before = await session.status()
    foreign = await door.ask(stranger.client, session.id, key, share_id)
    absent = await door.ask(stranger.client, _ABSENT)
    assert foreign.status_code == 404
    assert _alike(foreign) == _alike(absent)
    assert await session.status() == before


@each_owned
@pytest.mark.parametrize("odd", ["x", "..%2fhealth", "%00", "0" * 36, _ABSENT.upper(), "%ff"])
async def test_an_id_that_cannot_be_is_refused(caller: Caller, door: Door, odd: str) -> None:
    answer = await door.ask(caller.client, odd, odd)
    is_found_by_path = "{" in door.path or door in _OF_FILES
    assert answer.status_code in ({404} if is_found_by_path else {422})
    if answer.content:
        assert problem_of(answer, answer.status_code) in {"not-found", "validation-failed"}


@pytest.mark.parametrize("door", _OPERATORS, ids=str)
async def test_an_operators_route_is_no_owners(caller: Caller, door: Door) -> None:
    session = await caller.begin()
    assert (await door.ask(caller.client, session.id)).status_code == 403


def _needed(door: Door) -> Scope:
    """The scope of a door, by the promise and not by the code."""
    if door in _OPERATORS:
        return Scope.ADMIN
    if "/shares" in door.path:
        return Scope.SHARE
    is_upload = door.path.startswith(("/upload", "/initiate", *_NAMED))
    if is_upload or door.path == "/files/confirm" or (door.method, door.path) == _PUT_FILE:
        return Scope.UPLOAD
    return Scope.FILES_WRITE if door.method in {"PATCH", "DELETE"} else Scope.FILES_READ


@pytest.mark.parametrize("door", _WITH_SCOPES, ids=str)
async def test_a_door_opens_by_its_scope_and_by_no_other(
    service: RunningService, door: Door
) -> None:
    needed = _needed(door)
    others = " ".join(scope for scope in Scope if scope != needed)
    async with client_of(service.url, token("alice", scope=others)) as client:
        refused = await door.ask(client, _ABSENT)
    assert refused.status_code == 403
    assert f'scope="{needed}"' in refused.headers["www-authenticate"]
    if refused.content:
        assert problem_of(refused, 403) == "forbidden"
        assert refused.json()["missing_scope"] == needed
    async with client_of(service.url, token("alice", scope=needed)) as client:
        assert (await door.ask(client, _ABSENT)).status_code not in {401, 403}


async def test_the_document_names_the_scope_of_each_door(service: RunningService) -> None:
    async with httpx.AsyncClient(base_url=service.url, trust_env=False) as client:
        paths = (await client.get("/openapi.json")).json()["paths"]
    for door in _WITH_SCOPES:
        method = "get" if door.method == "HEAD" else door.method.lower()
        assert paths[door.path][method]["security"] == [{"bearer": [_needed(door)]}]


@pytest.mark.parametrize("door", _WITH_SCOPES, ids=str)
async def test_without_a_token_there_is_no_route(
    caller: Caller, service: RunningService, door: Door
) -> None:
    session = await caller.begin()
    async with httpx.AsyncClient(base_url=service.url, trust_env=False) as client:
        answer = await door.ask(client, session.id)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
