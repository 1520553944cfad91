"""A share with a password opens by it, in every way it can be given, and lets nobody guess long."""

import asyncio
import unicodedata
from typing import Any

import httpx
import pytest

from tests.service.caller import Caller, problem_of
from tests.service.shares import CONTENT, PASSWORD, listed, share, stored
from tests.service.stores import on_one_store

pytestmark = on_one_store


@pytest.mark.parametrize(
    "given",
    [
        {"auth": ("anyone", PASSWORD)},
        {"json": {"password": PASSWORD}},
        {"data": {"password": PASSWORD}},
        {"json": {"password": "open sesame e\u0301"}},
    ],
    ids=["basic", "json", "form", "decomposed"],
)
async def test_a_password_opens_a_link_in_every_way_it_can_be_given(
    caller: Caller, anyone: httpx.AsyncClient, given: dict[str, Any]
) -> None:
    key = await stored(caller)
    typed = unicodedata.normalize("NFD", PASSWORD)
    link = (await share(caller, key, password=typed, max_downloads=1))["url"]
    method, status = ("GET", 307) if "auth" in given else ("POST", 303)
    answer = await anyone.request(method, link, **given)
    assert answer.status_code == status
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.get(answer.headers["location"])).content == CONTENT


@pytest.mark.parametrize(
    ("method", "given"),
    [
        ("GET", {}),
        ("HEAD", {}),
        ("GET", {"auth": ("anyone", "wrong")}),
        ("HEAD", {"auth": ("anyone", "wrong")}),
        ("GET", {"auth": ("anyone", "")}),
        ("GET", {"headers": {"Authorization": "Bearer x"}}),
        ("GET", {"headers": {"Authorization": "Basic ////"}}),
        ("GET", {"headers": {"Authorization": "Basic x"}}),
        ("GET", {"auth": ("anyone", "x" * 129)}),
        ("POST", {"json": {"password": "wrong"}}),
        ("POST", {"data": {"password": "wrong"}}),
    ],
)
async def test_without_its_password_a_link_says_that_it_needs_one(
    caller: Caller, anyone: httpx.AsyncClient, method: str, given: dict[str, Any]
) -> None:
    key = await stored(caller)
    link = (await share(caller, key, password=PASSWORD))["url"]
    answer = await anyone.request(method, link, **given)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Basic ")
    if method != "HEAD":
        assert problem_of(answer, 401) == "unauthorized"
        assert answer.json()["password_required"] is True
    (share_now,) = await listed(caller, key)
    assert share_now["downloads"] == 0


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"json": {}}, 422),
        ({"json": {"password": ""}}, 422),
        ({"json": {"password": 1}}, 422),
        ({"content": b'{"password": "\\ud800"}'}, 422),
        ({"content": b"{"}, 400),
        ({"data": {"other": "x"}}, 422),
        ({"data": {"password": ["x", "y"]}}, 422),
        ({"data": {"password": "a\0b"}}, 422),
        ({"data": {str(number): "x" for number in range(20)}}, 400),
        (
            {
                "content": b"password=%ff",
                "headers": {"Content-Type": "application/x-www-form-urlencoded"},
            },
            400,
        ),
        ({"files": {"password": "x"}}, 415),
    ],
)
async def test_an_odd_password_is_refused(
    caller: Caller, anyone: httpx.AsyncClient, given: dict[str, Any], status: int
) -> None:
    link = (await share(caller, await stored(caller), password=PASSWORD))["url"]
    assert (await anyone.post(link, **given)).status_code == status


@pytest.mark.survives("Shares: wrong passwords at once", "a few a minute, then 429")
async def test_guesses_are_few(caller: Caller, anyone: httpx.AsyncClient) -> None:
    key = await stored(caller)
    link = (await share(caller, key, password=PASSWORD))["url"]
    guesses = (anyone.get(link, auth=("x", f"guess {number}")) for number in range(30))
    statuses = [each.status_code for each in await asyncio.gather(*guesses)]
    assert 10 <= statuses.count(401) <= 13
    assert statuses.count(429) == 30 - statuses.count(401)


async def test_the_right_password_costs_no_guess(caller: Caller, anyone: httpx.AsyncClient) -> None:
    key = await stored(caller)
    link = (await share(caller, key, password=PASSWORD, max_downloads=5))["url"]
    opening = (anyone.get(link, auth=("x", PASSWORD)) for _ in range(30))
    statuses = [each.status_code for each in await asyncio.gather(*opening)]
    assert sorted(statuses) == [307] * 5 + [404] * 25
