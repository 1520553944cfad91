"""What the owner of a file does with links to it, and nobody else: make, list, revoke them."""

import asyncio

import httpx
import pytest

from tests.service import tokens
from tests.service.caller import FILE_ID, Caller, client_of, problem_of
from tests.service.running import RunningService
from tests.service.shares import PASSWORD, listed, share, stored
from tests.service.stores import on_one_store

pytestmark = on_one_store


async def test_a_list_shows_every_share_and_no_link(
    caller: Caller, anyone: httpx.AsyncClient
) -> None:
    key = await stored(caller)
    first = await share(caller, key, expires_in=3600, max_downloads=2, password=PASSWORD)
    second = await share(caller, key)
    await anyone.get(second["url"])
    shares = await listed(caller, key)
    assert [(each["id"], each["downloads"]) for each in shares] == [
        (second["id"], 1),
        (first["id"], 0),
    ]
    assert (shares[1]["has_password"], shares[1]["max_downloads"]) == (True, 2)
    assert shares[1]["expires_at"] is not None
    assert {each["state"] for each in shares} == {"active"}
    written = (await caller.client.get(f"/files/{key}/shares")).text
    assert not any(each["url"].rpartition("/")[2] in written for each in (first, second))


async def test_shares_come_in_pages(caller: Caller) -> None:
    key = await stored(caller)
    made = [(await share(caller, key))["id"] for _ in range(3)]
    url = f"/files/{key}/shares"
    first = (await caller.client.get(url, params={"limit": "2"})).json()
    query = {"limit": "2", "before": first["next"]}
    rest = (await caller.client.get(url, params=query)).json()
    assert [each["id"] for each in (*first["shares"], *rest["shares"])] == made[::-1]
    assert rest["next"] is None


@pytest.mark.parametrize(
    "wish",
    [
        {"expires_in": 0},
        {"expires_in": 2**31},
        {"expires_in": "1"},
        {"max_downloads": 0},
        {"max_downloads": 2**31},
        {"max_downloads": 1.5},
        {"password": ""},
        {"password": "x" * 129},
        {"password": "a\nb"},
        [],
    ],
)
async def test_an_odd_wish_is_refused(caller: Caller, wish: object) -> None:
    key = await stored(caller)
    answer = await caller.client.post(f"/files/{key}/shares", json=wish)
    assert problem_of(answer, 422) == "validation-failed"
    assert await listed(caller, key) == []


async def test_only_its_owner_shares_a_file(
    caller: Caller, stranger: Caller, service: RunningService
) -> None:
    key = await stored(caller)
    made = await share(caller, key)
    doors = [
        ("POST", f"/files/{key}/shares"),
        ("GET", f"/files/{key}/shares"),
        ("DELETE", f"/files/{key}/shares/{made['id']}"),
    ]
    bound = tokens.token("alice", file_id=str(FILE_ID))
    async with client_of(service.url, bound) as client:
        for method, path in doors:
            body: dict[str, str] | None = {} if method == "POST" else None
            foreign = await stranger.client.request(method, path, json=body)
            assert problem_of(foreign, 404) == "not-found"
            assert problem_of(await client.request(method, path, json=body), 403) == "forbidden"
    other = await stored(caller)
    wrong_file = await caller.client.delete(f"/files/{other}/shares/{made['id']}")
    assert problem_of(wrong_file, 404) == "not-found"
    (share_now,) = await listed(caller, key)
    assert share_now["state"] == "active"


@pytest.mark.survives("A file is deleted beside requests to share it", "201 or 404, never 500")
async def test_a_deletion_beside_sharing(caller: Caller, anyone: httpx.AsyncClient) -> None:
    for _ in range(5):
        key = await stored(caller)
        sharing = [caller.client.post(f"/files/{key}/shares", json={}) for _ in range(6)]
        answers = await asyncio.gather(
            *sharing[:3], caller.client.delete(f"/files/{key}"), *sharing[3:]
        )
        assert answers.pop(3).status_code == 200
        assert {each.status_code for each in answers} <= {201, 404}
        links = [each.json()["url"] for each in answers if each.status_code == 201]
        assert {(await anyone.get(link)).status_code for link in links} <= {404}
