"""Files after they were stored: found, renamed, fetched by a link."""

import json

import httpx
import pytest

from tests.service import tokens
from tests.service.caller import FILE_ID, Caller, client_of, problem_of
from tests.service.running import RunningService
from tests.service.stores import on_one_store

pytestmark = on_one_store

_CONTENT = b"0123456789"


async def _stored(caller: Caller, **members: object) -> str:
    session = await caller.begin(**members)
    await session.put(0, _CONTENT)
    return str((await session.stored(1))["key"])


async def test_what_was_uploaded_is_listed_with_what_was_said_of_it(caller: Caller) -> None:
    key = await _stored(
        caller, original_file_name="Résumé.pdf", content_type="text/html", metadata={"take": 2}
    )
    answer = await caller.client.get("/files", params={"q": "RÉSUMÉ", "metadata": '{"take":"2"}'})
    (file,) = [each for each in answer.json()["files"] if each["key"] == key]
    assert file["name"] == "Résumé.pdf"
    assert (file["size"], file["metadata"]) == (len(_CONTENT), {"take": "2"})
    assert file["main_service_file_id"] == FILE_ID
    assert {"last_modified", "etag", "file_id", "checksum"} <= set(file)
    assert (await caller.client.get(f"/files/{key}")).json() == file


async def test_pages_follow_each_other(caller: Caller) -> None:
    keys = {await _stored(caller, original_file_name=f"page {n}.mp3") for n in range(3)}
    seen: list[str] = []
    query = {"q": "page", "limit": "2"}
    while True:
        answer = (await caller.client.get("/files", params=query)).json()
        seen += [each["key"] for each in answer["files"]]
        if answer["next"] is None:
            break
        query["cursor"] = answer["next"]
    assert keys <= set(seen)
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "501"},
        {"cursor": "x"},
        {"cursor": "f" * 32},
        {"since": "yesterday"},
        {"until": "2026-13-01"},
        {"min_size": "-1"},
        {"max_size": "1e3"},
        {"content_type": "audio"},
        {"metadata": "[]"},
        {"metadata": '{"a":{}}'},
        {"q": "a\0b"},
        {"q": " ".join("abcdefghi")},
        {"q": "x" * 256},
    ],
)
async def test_odd_conditions_are_refused(caller: Caller, query: dict[str, str]) -> None:
    answer = await caller.client.get("/files", params=query)
    assert problem_of(answer, 422) == "validation-failed"


async def test_a_file_is_renamed_and_its_bytes_stay(caller: Caller) -> None:
    key = await _stored(caller)
    changed = await caller.client.patch(f"/files/{key}", json={"name": "other.mp3"})
    assert (changed.json()["name"], changed.json()["key"]) == ("other.mp3", key)
    changed = await caller.client.patch(f"/files/{key}", json={"metadata": {"a": "b"}})
    assert (changed.json()["name"], changed.json()["metadata"]) == ("other.mp3", {"a": "b"})
    refused = await caller.client.patch(f"/files/{key}", json={"name": "a\nb"})
    assert problem_of(refused, 422) == "validation-failed"


@pytest.mark.parametrize("way", ["content", "download-url"])
async def test_the_bytes_come_by_a_link_as_an_attachment_that_runs_nothing(
    caller: Caller, way: str
) -> None:
    key = await _stored(caller, original_file_name="página.html", content_type="text/html")
    if way == "content":
        answer = await caller.client.get(f"/files/{key}/content")
        assert answer.status_code == 307
        url = answer.headers["location"]
    else:
        answer = await caller.client.post("/download-url", json={"file_key": key})
        assert (answer.json()["expires_in"], answer.json()["file_key"]) == (600, key)
        url = answer.json()["presigned_url"]
    assert answer.headers["cache-control"] == "no-store"
    async with httpx.AsyncClient(trust_env=False) as client:
        fetched = await client.get(url)
    assert fetched.content == _CONTENT
    assert fetched.headers["content-type"] == "application/octet-stream"
    assert "attachment" in fetched.headers["content-disposition"]
    assert "p%C3%A1gina.html" in fetched.headers["content-disposition"]


async def test_a_head_is_led_to_where_a_head_is_answered(caller: Caller) -> None:
    key = await _stored(caller)
    answer = await caller.client.head(f"/files/{key}/content")
    assert answer.status_code == 307
    async with httpx.AsyncClient(trust_env=False) as client:
        head = await client.head(answer.headers["location"])
    assert (head.status_code, head.headers["content-length"]) == (200, str(len(_CONTENT)))


async def test_a_bound_token_reaches_its_file_and_lists_none(
    caller: Caller, service: RunningService
) -> None:
    key = await _stored(caller)
    bound = tokens.token("alice", file_id=str(FILE_ID))
    async with client_of(service.url, bound) as client:
        assert (await client.get(f"/files/{key}")).status_code == 200
        assert problem_of(await client.get("/files"), 403) == "forbidden"
    other = tokens.token("alice", file_id="124")
    async with client_of(service.url, other) as client:
        for method in ("GET", "PATCH", "DELETE"):
            answer = await client.request(method, f"/files/{key}", content=json.dumps({}))
            assert answer.status_code in (404, 415)
    assert (await caller.client.get(f"/files/{key}")).status_code == 200
