"""Operators over HTTP: only with the scope, of all owners, and what they replay is the same."""

from collections.abc import AsyncIterator

import pytest

from chunk_service.domain.receivers import MAIN
from tests.service.caller import client_of, problem_of
from tests.service.deployment import Deployment, Served
from tests.service.main_service import Notification
from tests.service.tokens import token
from tests.service.waiting import until

CALLS = [
    ("GET", "/admin/events"),
    ("GET", "/admin/events/msg_01968c5e7b7e7c3a9d5e3f1f0f6f2a99"),
    ("POST", "/admin/events/msg_01968c5e7b7e7c3a9d5e3f1f0f6f2a99/replay"),
    ("POST", "/admin/events/replay-dead"),
    ("GET", "/admin/endpoints"),
    ("POST", "/admin/endpoints/main/enable"),
    ("GET", "/admin/uploads"),
    ("GET", "/admin/uploads/01968c5e-7b7e-7c3a-9d5e-3f1f0f6f2a99"),
    ("GET", "/admin/uploads/01968c5e-7b7e-7c3a-9d5e-3f1f0f6f2a99/why"),
    ("DELETE", "/admin/uploads/01968c5e-7b7e-7c3a-9d5e-3f1f0f6f2a99"),
    ("PUT", "/admin/files/uploads/01968c5e-7b7e-7c3a-9d5e-3f1f0f6f2a10-a.mp3/legal-hold"),
    ("DELETE", "/admin/files/uploads/01968c5e-7b7e-7c3a-9d5e-3f1f0f6f2a10-a.mp3/legal-hold"),
]


@pytest.fixture
async def served(own: Deployment) -> AsyncIterator[Served]:
    async with own.served() as served:
        yield served


async def _told(own: Deployment, served: Served) -> tuple[str, Notification]:
    """The id of an upload and what the main service was told of it."""
    session = await served.caller.begin()
    await session.abort()
    (notification,) = await own.main_service.told_of(session.id)
    query = "SELECT 1 FROM deliveries WHERE state = 'delivered'"
    await until(lambda: own.fetch(query), len)
    return session.id, notification


@pytest.mark.parametrize("scope", [None, "", "upload files:read", "Admin", "admins"])
async def test_only_the_scope_admin_opens_these_doors(served: Served, scope: str | None) -> None:
    claims = {} if scope is None else {"scope": scope}
    async with client_of(served.service.url, token("alice", **claims)) as client:
        for method, path in CALLS:
            assert problem_of(await client.request(method, path), 403) == "forbidden"
            anonymous = await client.request(method, path, headers={"Authorization": "Bearer x"})
            assert problem_of(anonymous, 401) == "unauthorized"


async def test_a_token_that_is_bound_to_a_file_is_no_operators(served: Served) -> None:
    bound = token("alice", scope="admin", file_id=1)
    async with client_of(served.service.url, bound) as client:
        assert problem_of(await client.get("/admin/events"), 403) == "forbidden"


async def test_an_event_is_found_shown_and_replayed_to_the_byte(
    own: Deployment, served: Served
) -> None:
    upload_id, first = await _told(own, served)
    listed = await served.admin.get("/admin/events", params={"upload_session_id": upload_id})
    (event,) = listed.json()["events"]
    assert listed.json()["next"] is None
    assert event["id"] == first.headers["webhook-id"]
    shown = (await served.admin.get(f"/admin/events/{event['id']}")).json()
    assert shown["body"].encode() == first.body
    assert [each["status"] for each in shown["attempts"]] == [204]
    replayed = await served.admin.post(f"/admin/events/{event['id']}/replay?endpoint=main")
    assert replayed.json() == {"endpoints": [MAIN]}
    _, second = await own.main_service.told_of(upload_id, times=2)
    assert second.body == first.body
    assert second.headers["webhook-id"] == first.headers["webhook-id"]
    assert second.verified() == first.verified()


async def test_dead_letters_are_listed_and_tried_again(own: Deployment, served: Served) -> None:
    upload_id, _ = await _told(own, served)
    await own.fetch("UPDATE deliveries SET state = 'dead', failures = 10")
    (dead,) = (await served.admin.get("/admin/events?state=dead")).json()["events"]
    assert dead["upload_session_id"] == upload_id
    (main,) = (await served.admin.get("/admin/endpoints")).json()["endpoints"]
    assert (main["name"], main["configured"], main["dead"]) == (MAIN, True, 1)
    assert (await served.admin.post("/admin/events/replay-dead")).json() == {"replayed": 1}
    await own.main_service.told_of(upload_id, times=2)


async def test_pages_follow_each_other(served: Served) -> None:
    for _ in range(3):
        await (await served.caller.begin()).abort()
    first = (await served.admin.get("/admin/events?limit=2")).json()
    second = (await served.admin.get(f"/admin/events?limit=2&before={first['next']}")).json()
    assert (len(first["events"]), len(second["events"]), second["next"]) == (2, 1, None)
    ids = [event["id"] for event in first["events"] + second["events"]]
    assert ids == sorted(set(ids), reverse=True)


@pytest.mark.parametrize(
    "query",
    [
        "state=gone",
        "limit=0",
        "limit=501",
        "limit=1.0",
        "limit=%2B1",
        "limit=",
        "limit=1&limit=2",
        "before=1",
        "type=upload",
        "endpoint=%00",
        "upload_session_id=1",
    ],
)
async def test_a_query_is_read_strictly(served: Served, query: str) -> None:
    answer = await served.admin.get(f"/admin/events?{query}")
    assert problem_of(answer, 422) == "validation-failed"


@pytest.mark.parametrize("event_id", ["msg_1", "..", "%00", "MSG_" + "0" * 32, "msg_" + "0" * 32])
async def test_what_is_no_event_is_not_found(served: Served, event_id: str) -> None:
    for answer in (
        await served.admin.get(f"/admin/events/{event_id}"),
        await served.admin.post(f"/admin/events/{event_id}/replay"),
    ):
        assert answer.status_code in (404, 405)


async def test_an_endpoint_that_is_not_disabled_cannot_be_enabled(served: Served) -> None:
    for name in ("main", "nobody", "%00"):
        answer = await served.admin.post(f"/admin/endpoints/{name}/enable")
        assert problem_of(answer, 404) == "not-found"
