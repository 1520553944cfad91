"""Attempts of deliveries as spans: what they are told by, and when they count as failed.

The relay has more to it than what is a span: that is passed on as it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from opentelemetry.trace import SpanKind, StatusCode

from chunk_service.adapters.tracing.work import TracedSender
from chunk_service.usecases.deliver_event import Delivery, Outcome
from tests.adapters.tracing.conftest import Kept

UPLOAD_ID = uuid4()
NAME = "deliver upload.completed"


@dataclass(frozen=True)
class Sender:
    status: int | None
    error: str | None = None

    async def post(self, delivery: Delivery) -> Outcome:
        return Outcome(self.status, self.error, excerpt=None, duration_ms=1, retry_after=None)


async def attempt(
    kept: Kept, sender: Sender, *, speaks_http: bool = True, upload_id: UUID | None = UPLOAD_ID
) -> Mapping[str, object]:
    delivery = Delivery(
        id=uuid4(),
        event_id="msg_1",
        event_type="upload.completed",
        payload=b"{}",
        endpoint="main",
        target="https://somebody/sesame",
        attempts=2,
        failures=1,
        upload_id=upload_id,
    )
    await TracedSender(kept.spans, sender, speaks_http=speaks_http).post(delivery)
    return kept.the(NAME).attributes or {}


async def test_an_attempt_is_told_by_event_endpoint_and_upload(kept: Kept) -> None:
    assert await attempt(kept, Sender(204)) == {
        "chunk_service.event_id": "msg_1",
        "chunk_service.endpoint": "main",
        "chunk_service.attempt": 2,
        "chunk_service.upload_id": str(UPLOAD_ID),
        "http.request.method": "POST",
        "http.response.status_code": 204,
    }
    span = kept.the(NAME)
    assert (span.kind, span.parent) == (SpanKind.CLIENT, None)
    assert span.status.status_code is StatusCode.UNSET


async def test_an_event_of_no_upload_names_none(kept: Kept) -> None:
    attributes = await attempt(kept, Sender(204), upload_id=None)
    assert "chunk_service.upload_id" not in attributes


async def test_the_codes_of_mail_servers_are_none_of_http(kept: Kept) -> None:
    attributes = await attempt(kept, Sender(250), speaks_http=False)
    assert not any(name.startswith("http.") for name in attributes)


@pytest.mark.parametrize(
    ("sender", "kind"),
    [(Sender(503), "503"), (Sender(410), "410"), (Sender(None, "ReadTimeout"), "ReadTimeout")],
)
async def test_what_was_not_taken_has_failed(kept: Kept, sender: Sender, kind: str) -> None:
    attributes = await attempt(kept, sender)
    assert kept.the(NAME).status.status_code is StatusCode.ERROR
    assert attributes["error.type"] == kind
