"""Owners are written to about the end of their uploads; a mail server in trouble delays nobody."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from email.message import EmailMessage

import pytest

from tests.doubles.mail import MailDouble, taking_mail
from tests.service import tokens
from tests.service.caller import Caller, Session, client_of
from tests.service.deployment import Deployment, Served
from tests.service.waiting import until

ALICE = "alice@example.org"
OPERATORS = "operators@example.com"
_ATTEMPTS = (
    "SELECT a.status, a.error, a.excerpt FROM delivery_attempts a JOIN deliveries d "
    "ON d.id = a.delivery_id WHERE d.endpoint = 'mail' AND a.duration_ms IS NOT NULL "
    "ORDER BY a.number"
)


@pytest.fixture
def mail() -> Iterator[MailDouble]:
    with taking_mail(MailDouble()) as double:
        yield double


def settings(mail: MailDouble, **changes: str) -> dict[str, str]:
    return {
        "smtp_url": f"smtp+plain://127.0.0.1:{mail.port}",
        "mail_from": "uploads@example.com",
        **changes,
    }


@asynccontextmanager
async def caller_with_address(served: Served, address: str = ALICE) -> AsyncIterator[Caller]:
    async with client_of(served.service.url, tokens.token("alice", email=address)) as client:
        yield Caller(client)


async def arrived(mail: MailDouble) -> EmailMessage:
    """The first mail, however long it takes."""

    async def mails() -> list[EmailMessage]:
        return mail.mails

    return (await until(mails, len))[0]


async def states(own: Deployment) -> list[str]:
    query = "SELECT state FROM deliveries WHERE endpoint = 'mail'"
    return [row["state"] for row in await own.fetch(query)]


async def stored(caller: Caller, **members: object) -> Session:
    session = await caller.begin(**members)
    await session.put(0, b"x")
    await session.stored(1)
    return session


async def test_the_owner_is_written_to_where_the_token_said_when_the_upload_began(
    own: Deployment, mail: MailDouble
) -> None:
    async with own.served(**settings(mail)) as served, caller_with_address(served) as caller:
        session = await stored(caller, original_file_name="Résumé.pdf")
        await until(lambda: states(own), lambda found: found == ["delivered"])
    (letter,) = mail.mails
    assert letter["To"] == ALICE
    assert letter["Subject"] == "Résumé.pdf is stored"
    body = letter.get_body(("plain",))
    assert body is not None
    assert session.id in body.get_content()


async def test_without_an_address_the_configured_one_is_written_to_or_nobody(
    own: Deployment, mail: MailDouble
) -> None:
    async with own.served(**settings(mail)) as served:
        await own.main_service.told_of((await stored(served.caller)).id)
    assert await states(own) == []
    async with own.served(**settings(mail, mail_to=OPERATORS)) as served:
        await stored(served.caller)
        assert (await arrived(mail))["To"] == OPERATORS


async def test_an_address_that_is_none_locks_nobody_out(own: Deployment, mail: MailDouble) -> None:
    async with (
        own.served(**settings(mail)) as served,
        caller_with_address(served, "a@b\r\nBcc: eve@example.org") as caller,
    ):
        await own.main_service.told_of((await stored(caller)).id)
    assert await states(own) == []


async def test_only_chosen_ends_are_written_about(own: Deployment, mail: MailDouble) -> None:
    chosen = settings(mail, mail_events="upload.expired")
    async with own.served(**chosen) as served, caller_with_address(served) as caller:
        await own.main_service.told_of((await stored(caller)).id)
        session = await caller.begin()
        await own.pass_time(timedelta(days=2))
    async with own.served(**chosen):  # a worker looks for what has expired when it starts
        letter = await arrived(mail)
    assert "has expired" in letter["Subject"]
    assert session.id in str(letter.get_body(("plain",)))


@pytest.mark.survives("The mail server answers 4xx", "The same mail is sent again")
async def test_what_is_refused_for_now_is_sent_again_as_the_same_mail(
    own: Deployment, mail: MailDouble
) -> None:
    mail.data = "452 4.2.2 later"
    async with own.served(**settings(mail)) as served, caller_with_address(served) as caller:
        await stored(caller)
        await until(lambda: own.fetch(_ATTEMPTS), len)
        mail.data = "250 2.0.0 taken"
        await own.pass_time(timedelta(seconds=10))
        letter = await arrived(mail)
    event = (await own.fetch("SELECT id FROM events"))[0]["id"]
    assert letter["Message-ID"].strip().startswith(f"<{event}.")


@pytest.mark.survives("The mail server refuses a recipient for good", "A dead letter at once")
async def test_a_recipient_that_is_refused_for_good_is_a_dead_letter(
    own: Deployment, mail: MailDouble
) -> None:
    mail.recipient = "550 5.1.1 nobody"
    async with own.served(**settings(mail)) as served, caller_with_address(served) as caller:
        await stored(caller)
        await until(lambda: states(own), lambda found: found == ["dead"])
        listed = await served.admin.get("/admin/events", params={"state": "dead"})
        mail.recipient = "250 2.1.5 known"
        assert (await served.admin.post("/admin/events/replay-dead")).status_code == 200
        await arrived(mail)
    assert "mail" in json.dumps(listed.json())


@pytest.mark.survives("The mail server hangs", "Webhooks and uploads go on")
async def test_a_mail_server_that_hangs_delays_nobody(own: Deployment, mail: MailDouble) -> None:
    mail.silent_seconds = 30
    slow = settings(mail, smtp_timeout="5s", webhook_concurrency="1")
    async with own.served(**slow) as served, caller_with_address(served) as caller:
        for _ in range(3):
            session = await stored(caller)
            await own.main_service.told_of(session.id)
    assert mail.mails == []
