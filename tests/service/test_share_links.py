"""Links to a file for who has no token: limited, ended at once, and no way to anything else."""

import asyncio
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.service.caller import Caller, problem_of
from tests.service.shares import CONTENT, PASSWORD, listed, share, stored
from tests.service.stores import on_one_store

pytestmark = on_one_store


async def test_who_has_the_link_gets_the_bytes_as_a_harmless_attachment(
    caller: Caller, anyone: httpx.AsyncClient
) -> None:
    key = await stored(caller, original_file_name="página.html", content_type="text/html")
    link = (await share(caller, key))["url"]
    answer = await anyone.get(link)
    assert answer.status_code == 307
    for name, value in {
        "cache-control": "no-store",
        "referrer-policy": "no-referrer",
        "x-robots-tag": "noindex",
    }.items():
        assert answer.headers[name] == value
    async with httpx.AsyncClient(trust_env=False) as client:
        fetched = await client.get(answer.headers["location"])
    assert fetched.content == CONTENT
    assert fetched.headers["content-type"] == "application/octet-stream"
    assert "p%C3%A1gina.html" in fetched.headers["content-disposition"]


@pytest.mark.survives("Shares: 50 requests at once for 5 downloads", "5 are granted, 45 get 404")
async def test_of_fifty_at_once_as_many_get_the_file_as_may(
    caller: Caller, anyone: httpx.AsyncClient
) -> None:
    key = await stored(caller)
    link = (await share(caller, key, max_downloads=5))["url"]
    answers = await asyncio.gather(*(anyone.get(link) for _ in range(50)))
    assert sorted(each.status_code for each in answers) == [307] * 5 + [404] * 45
    (share_now,) = await listed(caller, key)
    assert (share_now["downloads"], share_now["state"]) == (5, "used_up")


async def test_a_link_that_ended_is_like_one_that_never_was(
    caller: Caller, anyone: httpx.AsyncClient
) -> None:
    key = await stored(caller)
    used_up = await share(caller, key, max_downloads=1)
    await anyone.get(used_up["url"])
    revoked = await share(caller, key)
    for _ in range(2):
        answer = await caller.client.delete(f"/files/{key}/shares/{revoked['id']}")
        assert answer.status_code == 200
    expired = await share(caller, key, expires_in=1, password=PASSWORD)
    deleted_key = await stored(caller)
    deleted = await share(caller, deleted_key)
    await caller.client.delete(f"/files/{deleted_key}")
    never = f"/s/{'A' * 32}"
    urls = [used_up["url"], revoked["url"], expired["url"], deleted["url"], "/s/x", never]
    for method in ("GET", "POST"):
        answers = [await anyone.request(method, url, json={"password": "p"}) for url in urls]
        assert {problem_of(each, 404) for each in answers} == {"not-found"}
        assert len({each.json()["detail"] for each in answers}) == 1
    heads = [(await anyone.head(url)).status_code for url in urls]
    assert heads == [404] * len(urls)


async def test_a_look_tells_what_there_is_and_counts_nothing(
    caller: Caller, anyone: httpx.AsyncClient
) -> None:
    key = await stored(caller, content_type="audio/mpeg")
    link = (await share(caller, key, max_downloads=1))["url"]
    for _ in range(3):
        answer = await anyone.head(link)
        assert answer.status_code == 200
        assert answer.headers["content-length"] == str(len(CONTENT))
        assert answer.headers["content-type"] == "audio/mpeg"
        assert "location" not in answer.headers
    assert (await anyone.get(link)).status_code == 307


async def test_a_link_into_the_store_outlives_neither_a_minute_nor_the_share(
    caller: Caller, anyone: httpx.AsyncClient
) -> None:
    key = await stored(caller)
    for wish, most in (({}, 60), ({"expires_in": 3600}, 60), ({"expires_in": 20}, 20)):
        link = (await share(caller, key, **wish))["url"]
        location = (await anyone.get(link)).headers["location"]
        (seconds,) = parse_qs(urlsplit(location).query)["X-Amz-Expires"]
        assert most - 5 <= int(seconds) <= most


@pytest.mark.survives("A shared file is deleted beside requests for it", "307 or 404, never 500")
async def test_a_deletion_beside_downloads(caller: Caller, anyone: httpx.AsyncClient) -> None:
    for _ in range(5):
        key = await stored(caller)
        link = (await share(caller, key))["url"]
        answers = await asyncio.gather(
            *(anyone.get(link) for _ in range(5)),
            caller.client.delete(f"/files/{key}"),
            *(anyone.get(link) for _ in range(5)),
        )
        assert answers[5].status_code == 200
        assert {each.status_code for each in (*answers[:5], *answers[6:])} <= {307, 404}
        assert (await anyone.get(link)).status_code == 404
