"""One attempt at a real receiver, whatever that does: bounded, signed afresh, nothing followed."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from standardwebhooks import Webhook

from chunk_service.adapters.webhook.answers import EXCERPT_CHARACTERS, retry_after
from chunk_service.adapters.webhook.sender import WebhookSender, webhook_client
from chunk_service.usecases.deliver_event import Delivery
from tests.doubles.http import Answer
from tests.doubles.receiver import Fault, ReceiverDouble, Reply, always, receiving

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
TIMEOUT_SECONDS = 0.3
PAYLOAD = '{"type":"upload.completed","data":{"name":"é"}}'.encode()


@pytest.fixture
def receiver() -> Iterator[ReceiverDouble]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
async def sender(receiver: ReceiverDouble) -> AsyncIterator[WebhookSender]:
    async with webhook_client(timeout_seconds=TIMEOUT_SECONDS) as client:
        yield WebhookSender(client, [SECRET], TIMEOUT_SECONDS, receiver.url)


def a_delivery(target: str | None = None) -> Delivery:
    return Delivery(
        id=uuid4(),
        event_id="msg_1",
        event_type="upload.completed",
        payload=PAYLOAD,
        endpoint="main",
        target=target,
        attempts=1,
        failures=0,
    )


async def test_the_stored_bytes_arrive_and_verify(
    sender: WebhookSender, receiver: ReceiverDouble
) -> None:
    outcome = await sender.post(a_delivery())
    assert (outcome.status, outcome.is_delivered, outcome.error) == (204, True, None)
    (got,) = receiver.got
    assert got.body == PAYLOAD
    assert Webhook(SECRET).verify(got.body, dict(got.headers))["type"] == "upload.completed"
    assert got.headers["accept-encoding"] == "identity"


@pytest.mark.survives("A receiver redirects", "It is not followed; the event comes again")
@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_a_failure_and_not_followed(
    sender: WebhookSender, receiver: ReceiverDouble, status: int
) -> None:
    receiver.decide = always(Answer(status, {"location": f"{receiver.url}/elsewhere"}))
    outcome = await sender.post(a_delivery())
    assert (outcome.status, outcome.is_delivered) == (status, False)
    assert [got.path for got in receiver.got] == ["/events"]


@pytest.mark.survives("A receiver hangs or resets", "A failed attempt in bounded time")
@pytest.mark.parametrize("reply", [Fault.HANG, Fault.RESET])
async def test_no_answer_is_a_failure_in_bounded_time(
    sender: WebhookSender, receiver: ReceiverDouble, reply: Reply
) -> None:
    receiver.decide = always(reply)
    outcome = await sender.post(a_delivery())
    assert (outcome.status, outcome.is_delivered) == (None, False)
    assert outcome.error in {"TimeoutError", "ReadTimeout", "ReadError", "RemoteProtocolError"}
    assert outcome.duration_ms < 2000


@pytest.mark.survives("A receiver answers without end", "64 KiB are read, the status counts")
async def test_of_an_endless_answer_the_beginning_is_read(
    sender: WebhookSender, receiver: ReceiverDouble
) -> None:
    receiver.decide = always(Fault.ENDLESS)
    outcome = await sender.post(a_delivery())
    assert outcome.is_delivered
    assert outcome.excerpt == "x" * EXCERPT_CHARACTERS


async def test_an_answer_that_no_text_column_takes_is_kept_readable(
    sender: WebhookSender, receiver: ReceiverDouble
) -> None:
    receiver.decide = always(Answer(500, body=b"\0\xff\xed\xa0\x80end"))
    outcome = await sender.post(a_delivery())
    assert outcome.excerpt is not None
    assert "\0" not in outcome.excerpt
    assert outcome.excerpt.encode().endswith(b"end")


async def test_cookies_are_not_given_back(sender: WebhookSender, receiver: ReceiverDouble) -> None:
    receiver.decide = always(Answer(500, {"set-cookie": "session=1"}))
    for _ in range(2):
        await sender.post(a_delivery())
    assert all("cookie" not in got.headers for got in receiver.got)


async def test_a_receiver_says_when_to_come_again(
    sender: WebhookSender, receiver: ReceiverDouble
) -> None:
    receiver.decide = always(Answer(429, {"retry-after": "120"}))
    assert (await sender.post(a_delivery())).retry_after == timedelta(minutes=2)


async def test_nobody_listening_is_a_failure() -> None:
    with receiving() as gone:
        url = gone.url
    async with webhook_client(timeout_seconds=TIMEOUT_SECONDS) as client:
        outcome = await WebhookSender(client, [SECRET], TIMEOUT_SECONDS).post(a_delivery(url))
    assert outcome.error == "ConnectError"


@pytest.mark.parametrize("url", ["", "https://", "http://[::1", "https://\u2603.example"])
async def test_an_odd_address_is_a_failure_and_no_exception(url: str) -> None:
    async with webhook_client(timeout_seconds=TIMEOUT_SECONDS) as client:
        outcome = await WebhookSender(client, [SECRET], TIMEOUT_SECONDS).post(a_delivery(url))
    assert outcome.status is None


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("0", 0),
        ("120", 120),
        ("9" * 5000, 999_999_999),
        ("-1", None),
        ("1.5", None),
        ("٣", None),
        ("soon", None),
        ("Wed, 21 Oct 99999 07:28:00 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_nothing(value: str | None, seconds: int | None) -> None:
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert retry_after(value) == expected


def test_retry_after_may_be_a_date() -> None:
    found = retry_after("Wed, 21 Oct 2015 07:28:00 GMT")
    assert found is not None
    assert found < timedelta()
