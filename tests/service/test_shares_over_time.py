"""Shares end with their time, last as long as is allowed, and are told of."""

import dataclasses
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from tests.service.caller import problem_of
from tests.service.deployment import Deployment, Served
from tests.service.shares import CONTENT, PASSWORD, listed, share, stored


async def test_a_share_ends_with_its_time(own: Deployment) -> None:
    async with own.served(public_url="https://uploads.example.com/in/") as served:
        caller = served.caller
        key = await stored(caller)
        made = await share(caller, key, expires_in=3600)
        base = "https://uploads.example.com/in"
        assert made["url"].startswith(f"{base}/s/")
        path = made["url"].removeprefix(base)
        async with httpx.AsyncClient(base_url=served.service.url, trust_env=False) as anyone:
            assert (await anyone.get(path)).status_code == 307
            await own.pass_time(timedelta(hours=1))
            assert (await anyone.get(path)).status_code == 404
        (share_now,) = await listed(caller, key)
        assert share_now["state"] == "expired"


async def test_no_share_lasts_longer_than_is_allowed(own: Deployment) -> None:
    async with own.served(share_max_age="1h") as served:
        key = await stored(served.caller)
        too_long = await served.caller.client.post(
            f"/files/{key}/shares", json={"expires_in": 3601}
        )
        assert problem_of(too_long, 422) == "validation-failed"
        assert (await share(served.caller, key, expires_in=3600))["expires_at"] is not None
        assert (await share(served.caller, key))["expires_at"] is not None


@pytest.mark.survives("Shares: guesses at another replica, or after a restart", "429 as well")
async def test_guesses_are_counted_for_all_replicas_until_their_time_is_over(
    own: Deployment, tmp_path: Path
) -> None:
    beside = dataclasses.replace(own, spool=tmp_path / "another spool")
    limit = {"share_guesses_per_minute": "1"}
    async with own.served(**limit) as served:
        key = await stored(served.caller)
        link = (await share(served.caller, key, password=PASSWORD))["url"]
        assert await opened(served, link, "wrong") == 401
        refused = await guess(served, link, PASSWORD)
        assert problem_of(refused, 429) == "rate-limited"
        assert refused.headers["retry-after"] == "60"
        async with beside.served(**limit) as replica:
            assert await opened(replica, link, PASSWORD) == 429
    async with own.served(**limit) as served:
        assert await opened(served, link, PASSWORD) == 429
        await own.pass_time(timedelta(minutes=1))
        assert [await opened(served, link, PASSWORD) for _ in range(3)] == [307] * 3


async def guess(served: Served, link: str, password: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=served.service.url, trust_env=False) as anyone:
        return await anyone.get(link, auth=("anyone", password))


async def opened(served: Served, link: str, password: str) -> int:
    return (await guess(served, link, password)).status_code


async def test_the_main_service_is_told_of_each_share(own: Deployment) -> None:
    async with own.served() as served:
        session = await served.caller.begin()
        await session.put(0, CONTENT)
        key = str((await session.stored(1))["key"])
        made = [await share(served.caller, key) for _ in range(2)]
        told = [each.verified() for each in await own.main_service.told_of(session.id, times=3)]
    shared = [each["data"] for each in told if each["type"] == "file.shared"]
    assert {each["share_id"] for each in shared} == {each["id"] for each in made}
    assert not any(each["url"].rpartition("/")[2] in str(told) for each in made)
