"""What operators get to see of events and their receivers, as models of the answers."""

from typing import Annotated

from pydantic import Field

from chunk_service.api.answer_models import Answer, Instant
from chunk_service.usecases.find_events import (
    AttemptRecord,
    DeliveryState,
    DeliverySummary,
    EventDetails,
    EventSummary,
)
from chunk_service.usecases.tend_endpoints import EndpointStatus


class DeliveryItem(Answer):
    endpoint: str
    state: DeliveryState
    attempts: int
    next_attempt_at: Instant | None
    delivered_at: Instant | None
    last_status: int | None
    last_error: str | None


class EventItem(Answer):
    id: str
    type: str
    upload_session_id: str | None
    created_at: Instant
    deliveries: list[DeliveryItem]


class EventsAnswer(Answer):
    events: list[EventItem]
    next: Annotated[
        str | None, Field(description="The `before` of the next page; null on the last.")
    ]


class AttemptItem(Answer):
    endpoint: str
    number: int
    started_at: Instant
    duration_ms: Annotated[
        int | None, Field(description="Null while it is made, and where its worker died.")
    ]
    status: int | None
    error: str | None
    excerpt: Annotated[str | None, Field(description="How the receiver's answer begins.")]


class EventAnswer(EventItem):
    body: Annotated[str, Field(description="What is sent, to the byte.")]
    attempts: list[AttemptItem]


class ReplayAnswer(Answer):
    endpoints: Annotated[list[str], Field(description="The receivers that are told again.")]


class ReplayDeadAnswer(Answer):
    replayed: Annotated[int, Field(description="How many dead letters are tried again.")]


class EndpointItem(Answer):
    name: str
    configured: bool
    disabled_at: Annotated[
        Instant | None, Field(description="Since when nothing is sent: it answered 410.")
    ]
    pending: int
    dead: int


class EndpointsAnswer(Answer):
    endpoints: list[EndpointItem]


class EnableAnswer(Answer):
    woken: Annotated[int, Field(description="How many deliveries go out now.")]


def event_item(event: EventSummary) -> EventItem:
    return EventItem(
        id=event.id,
        type=event.type,
        upload_session_id=None if event.upload_id is None else str(event.upload_id),
        created_at=event.created_at,
        deliveries=[_delivery_item(each) for each in event.deliveries],
    )


def event_answer(event: EventDetails) -> EventAnswer:
    return EventAnswer(
        **dict(event_item(event.summary)),
        body=event.payload.decode(),
        attempts=[
            _attempt_item(endpoint, each)
            for endpoint, attempts in event.attempts.items()
            for each in attempts
        ],
    )


def endpoint_item(endpoint: EndpointStatus) -> EndpointItem:
    return EndpointItem(
        name=endpoint.name,
        configured=endpoint.is_configured,
        disabled_at=endpoint.disabled_at,
        pending=endpoint.pending,
        dead=endpoint.dead,
    )


def _delivery_item(delivery: DeliverySummary) -> DeliveryItem:
    return DeliveryItem(
        endpoint=delivery.endpoint,
        state=delivery.state,
        attempts=delivery.attempts,
        next_attempt_at=delivery.next_attempt_at,
        delivered_at=delivery.delivered_at,
        last_status=delivery.last_status,
        last_error=delivery.last_error,
    )


def _attempt_item(endpoint: str, attempt: AttemptRecord) -> AttemptItem:
    return AttemptItem(
        endpoint=endpoint,
        number=attempt.number,
        started_at=attempt.started_at,
        duration_ms=attempt.duration_ms,
        status=attempt.status,
        error=attempt.error,
        excerpt=attempt.excerpt,
    )
