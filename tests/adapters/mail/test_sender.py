"""One attempt at a real SMTP conversation, whatever the server does."""

from pathlib import Path
from uuid import uuid4

import pytest

from chunk_service.adapters.mail.notices import Notices
from chunk_service.adapters.mail.sender import MailSender, MailServer
from chunk_service.cli.stack.ports import LOOPBACK
from chunk_service.usecases.deliver_event import Delivery
from tests.adapters.mail.test_notices import ALICE, SENDER, payload
from tests.adapters.webhook.certificates import certificate_for
from tests.doubles.mail import PASSWORD, USER, MailDouble, taking_mail

TIMEOUT_SECONDS = 2.0
NOTICES = Notices.from_templates(None, sender=SENDER)


def a_delivery(to: str = ALICE) -> Delivery:
    return Delivery(
        id=uuid4(),
        event_id="msg_1",
        event_type="upload.completed",
        payload=payload(),
        endpoint="mail",
        target=to,
        attempts=1,
        failures=0,
    )


def plain(port: int, *, timeout_seconds: float = TIMEOUT_SECONDS) -> MailSender:
    server = MailServer(LOOPBACK, port, use_tls=False, start_tls=False, user=None, password=None)
    return MailSender(server, NOTICES, timeout_seconds)


async def test_a_mail_is_handed_over_and_counts_as_delivered() -> None:
    with taking_mail(MailDouble()) as double:
        outcome = await plain(double.port).post(a_delivery())
    assert (outcome.status, outcome.is_delivered, outcome.error) == (250, True, None)
    (mail,) = double.mails
    assert (mail["To"], mail["From"]) == (ALICE, SENDER)


@pytest.mark.parametrize("at_once", [False, True])
async def test_it_speaks_tls_before_it_says_who_it_is(tmp_path: Path, *, at_once: bool) -> None:
    certificate = certificate_for("localhost", tmp_path)
    with taking_mail(MailDouble(), tls=certificate.server(), at_once=at_once) as double:
        login = (None, None) if at_once else (USER, PASSWORD)
        server = MailServer("localhost", double.port, at_once, not at_once, *login)
        sender = MailSender(server, NOTICES, TIMEOUT_SECONDS, certificate.client())
        assert (await sender.post(a_delivery())).is_delivered
    assert double.users == ([] if at_once else [USER])
    assert double.were_encrypted == [True]


async def test_a_certificate_of_nobody_known_gets_neither_mail_nor_password(
    tmp_path: Path,
) -> None:
    certificate = certificate_for("localhost", tmp_path)
    with taking_mail(MailDouble(), tls=certificate.server()) as double:
        server = MailServer("localhost", double.port, False, True, USER, PASSWORD)
        outcome = await MailSender(server, NOTICES, TIMEOUT_SECONDS).post(a_delivery())
    assert not outcome.is_delivered
    assert not outcome.is_final
    assert (double.users, double.mails) == ([], [])


async def test_without_starttls_nothing_is_sent_where_it_is_required() -> None:
    with taking_mail(MailDouble()) as double:
        server = MailServer(LOOPBACK, double.port, False, True, USER, PASSWORD)
        outcome = await MailSender(server, NOTICES, TIMEOUT_SECONDS).post(a_delivery())
    assert not outcome.is_delivered
    assert double.mails == []


@pytest.mark.parametrize(
    ("double", "status", "is_final"),
    [
        (MailDouble(recipient="451 4.3.0 later"), 451, False),
        (MailDouble(recipient="550 5.1.1 nobody of that name"), 550, True),
        (MailDouble(data="452 4.2.2 the disk is full"), 452, False),
        (MailDouble(data="554 5.7.1 not wanted"), 554, True),
    ],
    ids=["recipient later", "recipient never", "mail later", "mail never"],
)
async def test_a_refusal_for_now_is_tried_again_and_one_for_good_is_not(
    double: MailDouble, status: int, *, is_final: bool
) -> None:
    with taking_mail(double):
        outcome = await plain(double.port).post(a_delivery())
    assert (outcome.status, outcome.is_delivered, outcome.is_final) == (status, False, is_final)
    assert outcome.excerpt


async def test_refused_credentials_are_mended_by_operators(tmp_path: Path) -> None:
    certificate = certificate_for("localhost", tmp_path)
    with taking_mail(MailDouble(), tls=certificate.server()) as double:
        server = MailServer("localhost", double.port, False, True, USER, "wrong")
        sender = MailSender(server, NOTICES, TIMEOUT_SECONDS, certificate.client())
        outcome = await sender.post(a_delivery())
    assert (outcome.status, outcome.is_final) == (535, False)
    assert "wrong" not in str(outcome)


@pytest.mark.parametrize(
    "double", [MailDouble(recipient=None), MailDouble(data=None)], ids=["recipient", "mail"]
)
async def test_a_server_that_vanishes_is_asked_again(double: MailDouble) -> None:
    with taking_mail(double):
        outcome = await plain(double.port).post(a_delivery())
    assert (outcome.is_delivered, outcome.is_final) == (False, False)
    assert outcome.error is not None


async def test_a_server_that_hangs_is_left_in_time() -> None:
    with taking_mail(MailDouble(silent_seconds=1)) as double:
        outcome = await plain(double.port, timeout_seconds=0.3).post(a_delivery())
    assert (outcome.is_delivered, outcome.is_final) == (False, False)
    assert outcome.duration_ms < 900


async def test_a_server_that_is_not_there_is_asked_again() -> None:
    with taking_mail(MailDouble()) as double:
        pass
    outcome = await plain(double.port).post(a_delivery())
    assert (outcome.is_delivered, outcome.is_final) == (False, False)


async def test_an_address_of_another_script_is_reached() -> None:
    with taking_mail(MailDouble()) as double:
        outcome = await plain(double.port).post(a_delivery("用户@example.org"))
    assert outcome.is_delivered, outcome
    assert len(double.mails) == 1
