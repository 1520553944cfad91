"""Operators over HTTP: uploads of all owners are found, shown, explained and given up."""

from collections.abc import AsyncIterator

import pytest

from tests.service.caller import problem_of
from tests.service.deployment import Deployment, Served

ABSENT = "01968c5e-7b7e-7c3a-9d5e-3f1f0f6f2a99"


@pytest.fixture
async def served(own: Deployment) -> AsyncIterator[Served]:
    async with own.served() as served:
        yield served


async def test_an_upload_is_found_shown_explained_and_given_up(
    own: Deployment, served: Served
) -> None:
    session = await served.caller.begin(chunk_size=5, total_chunks=3)
    await session.put(0, b"first")
    listed = (await served.admin.get("/admin/uploads?owner=alice&state=open&way=chunks")).json()
    (item,) = listed["uploads"]
    assert (item["upload_session_id"], listed["next"]) == (session.id, None)
    assert (item["spooled_chunks"], item["spooled_bytes"]) == (1, 5)
    shown = (await served.admin.get(f"/admin/uploads/{session.id}")).json()
    (chunk,) = shown["chunks"]
    assert own.spooled_files() == [chunk["file_name"]]
    why = (await served.admin.get(f"/admin/uploads/{session.id}/why")).json()
    sentences = {each["cause"]: each["sentence"] for each in why["reasons"]}
    assert sentences["chunks-missing"] == "Missing of 3: chunks 1-2."
    given_up = (await served.admin.delete(f"/admin/uploads/{session.id}")).json()
    assert given_up["data"] == {"upload_session_id": session.id, "state": "aborted"}
    await own.main_service.told_of(session.id)
    shown = (await served.admin.get(f"/admin/uploads/{session.id}")).json()
    assert [each["type"] for each in shown["events"]] == ["upload.aborted"]


async def test_what_is_stored_is_not_given_up(served: Served) -> None:
    session = await served.caller.begin()
    await session.put(0, b"x")
    await session.stored(1)
    answer = await served.admin.delete(f"/admin/uploads/{session.id}")
    assert problem_of(answer, 409) == "state-conflict"
    why = (await served.admin.get(f"/admin/uploads/{session.id}/why")).json()
    assert why["reasons"][0]["cause"] == "ended"


async def test_pages_follow_each_other(served: Served) -> None:
    ids = [(await served.caller.begin()).id for _ in range(3)]
    first = (await served.admin.get("/admin/uploads?limit=2")).json()
    second = (await served.admin.get(f"/admin/uploads?limit=2&before={first['next']}")).json()
    found = [each["upload_session_id"] for each in first["uploads"] + second["uploads"]]
    assert found == ids[::-1]
    assert second["next"] is None


@pytest.mark.parametrize(
    "query",
    ["state=gone", "way=gone", "owner=", "owner=%00", "older_than=-1", "older_than=1h", "before=1"],
)
async def test_a_query_is_read_strictly(served: Served, query: str) -> None:
    answer = await served.admin.get(f"/admin/uploads?{query}")
    assert problem_of(answer, 422) == "validation-failed"


@pytest.mark.parametrize("upload_id", [ABSENT, "x", ABSENT.upper(), "%00"])
async def test_what_is_no_upload_is_not_found(served: Served, upload_id: str) -> None:
    for method, path in [("GET", ""), ("GET", "/why"), ("DELETE", "")]:
        answer = await served.admin.request(method, f"/admin/uploads/{upload_id}{path}")
        assert problem_of(answer, 404) == "not-found"
