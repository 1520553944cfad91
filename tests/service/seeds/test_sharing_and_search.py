"""What the backend with sharing and search promised; its README named no calls, these are ours."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any

import httpx
import pytest

from tests.doubles.mail import MailDouble, taking_mail
from tests.service import tokens
from tests.service.caller import Caller, client_of
from tests.service.deployment import Deployment, Served
from tests.service.edge.test_paseto import PEM, paseto
from tests.service.stores import on_one_store
from tests.service.waiting import until

CONTENT = b"0123456789"
DUE = "SELECT key FROM files WHERE deletion_due_at IS NOT NULL AND deleted_at IS NULL"
HOUR_IS_OVER = "UPDATE pgqueuer_schedules SET next_run = now() WHERE expression = '0 * * * *'"


@pytest.fixture
def mail() -> Iterator[MailDouble]:
    with taking_mail(MailDouble()) as double:
        yield double


async def uploaded(client: httpx.AsyncClient, name: str, content_type: str) -> str:
    answer = await client.post("/upload", files={"file": (name, CONTENT, content_type)})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["file_key"])


@on_one_store
async def test_a_share_is_a_link_for_who_has_no_token(
    caller: Caller, anyone: httpx.AsyncClient
) -> None:
    key = await uploaded(caller.client, "shared.pdf", "application/pdf")
    shared = await caller.client.post(f"/files/{key}/shares", json={"expires_in": 3600})
    assert shared.status_code == 201
    fetched = await anyone.get(shared.json()["url"], follow_redirects=True)
    assert (fetched.status_code, fetched.content) == (200, CONTENT)
    ended = await caller.client.delete(f"/files/{key}/shares/{shared.json()['id']}")
    assert ended.status_code == 200
    assert (await anyone.get(shared.json()["url"])).status_code == 404


async def test_files_are_found_by_any_combination_of_name_type_and_date(own: Deployment) -> None:
    async with own.served() as served:
        client = served.caller.client
        early = {await uploaded(client, "Budget plan.pdf", "application/pdf")}
        await own.pass_time(timedelta(days=3))
        plans = {await uploaded(client, "The BUDGET.pdf", "application/pdf")}
        photos = {await uploaded(client, "budget photo.jpg", "image/jpeg")}
        letters = {await uploaded(client, "letter.pdf", "application/pdf")}
        day = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
        conditions = {
            ("q", "budget"): early | plans | photos,
            ("content_type", "application/pdf"): early | plans | letters,
            ("since", day): plans | photos | letters,
        }
        for number in range(4):
            for chosen in combinations(conditions, number):
                found = (await client.get("/files", params=dict(chosen))).json()
                wanted = (conditions[each] for each in chosen)
                everything = early | plans | photos | letters
                assert {each["key"] for each in found["files"]} == everything.intersection(*wanted)
        until_then = (await client.get("/files", params={"until": day})).json()
    assert {each["key"] for each in until_then["files"]} == early


async def test_tokens_are_jwt_or_paseto_and_their_owner_is_the_same(own: Deployment) -> None:
    async with (
        own.served(paseto_public_key=PEM) as served,
        client_of(served.service.url, tokens.token("alice")) as by_jwt,
        client_of(served.service.url, paseto()) as by_paseto,
    ):
        keys = {
            await uploaded(client, "a.pdf", "application/pdf") for client in (by_jwt, by_paseto)
        }
        for client in (by_jwt, by_paseto):
            files = (await client.get("/files")).json()["files"]
            assert {each["key"] for each in files} == keys
        async with client_of(served.service.url, paseto(sub="bob")) as another:
            assert (await another.get("/files")).json()["count"] == 0


async def test_mail_is_sent_when_an_upload_is_complete(own: Deployment, mail: MailDouble) -> None:
    settings = {"smtp_url": f"smtp+plain://127.0.0.1:{mail.port}", "mail_from": "us@example.com"}
    token = tokens.token("alice", email="alice@example.org")
    async with own.served(**settings) as served, client_of(served.service.url, token) as client:
        await uploaded(client, "report.pdf", "application/pdf")

        async def mails() -> list[Any]:
            return mail.mails

        (letter,) = await until(mails, len)
    assert (letter["To"], letter["Subject"]) == ("alice@example.org", "report.pdf is stored")


@asynccontextmanager
async def hourly(own: Deployment, *, after: timedelta) -> AsyncIterator[Served]:
    """The service that long after the test began, when what it does every hour is due."""
    await own.pass_time(after)
    await own.fetch(HOUR_IS_OVER)
    async with own.served(file_retention="1h", retention_grace="1h") as served:
        yield served


async def test_files_that_have_expired_are_deleted_by_an_hourly_job(own: Deployment) -> None:
    async with own.served() as served:
        key = await uploaded(served.caller.client, "old.pdf", "application/pdf")
        await until(lambda: own.fetch("SELECT FROM pgqueuer_schedules"), len)
    async with hourly(own, after=timedelta(hours=2)):
        ((due,),) = await until(lambda: own.fetch(DUE), len)
    assert due == key
    assert own.bucket.read(key) == CONTENT

    async with hourly(own, after=timedelta(hours=4)) as served:

        async def count() -> int:
            return int((await served.caller.client.get("/files")).json()["count"])

        await until(count, lambda files: files == 0)

    async def stored() -> set[str]:
        return own.bucket.keys()

    async with own.served():  # what is owed to the store is looked for when a service starts
        await until(stored, lambda keys: key not in keys)
