"""Events and their receivers on a terminal, or as JSON: the same documents as the API answers."""

import json
from collections.abc import Sequence
from datetime import datetime

import typer
from pydantic import BaseModel
from rich.console import Console
from rich.table import Table

from chunk_service.api.event_answers import endpoint_item, event_answer, event_item
from chunk_service.usecases.find_events import (
    AttemptRecord,
    DeliverySummary,
    EventDetails,
    EventSummary,
)
from chunk_service.usecases.tend_endpoints import EndpointStatus


def print_events(events: Sequence[EventSummary], *, as_json: bool) -> None:
    if as_json:
        print_json([event_item(each) for each in events])
        return
    table = Table("event", "type", "at", "endpoint", "state", "attempts", "last answer")
    for event in events:
        told = [_delivery_cells(each) for each in event.deliveries] or [("nobody", "", "", "")]
        for cells in told:
            table.add_row(event.id, event.type, moment(event.created_at), *cells)
    console().print(table)


def print_event(event: EventDetails, *, as_json: bool) -> None:
    if as_json:
        typer.echo(event_answer(event).model_dump_json())
        return
    print_events([event.summary], as_json=False)
    table = Table("endpoint", "attempt", "at", "ms", "outcome", "answer")
    for endpoint, attempts in event.attempts.items():
        for each in attempts:
            table.add_row(endpoint, *_attempt_cells(each))
    console().print(table)
    typer.echo(json.dumps(json.loads(event.payload), indent=2, ensure_ascii=False))


def print_endpoints(endpoints: Sequence[EndpointStatus], *, as_json: bool) -> None:
    if as_json:
        print_json([endpoint_item(each) for each in endpoints])
        return
    table = Table("endpoint", "pending", "dead", "")
    for each in endpoints:
        table.add_row(each.name, str(each.pending), str(each.dead), _note(each))
    console().print(table)


def print_json(items: Sequence[BaseModel]) -> None:
    typer.echo(json.dumps([each.model_dump(mode="json") for each in items]))


def console() -> Console:
    """As wide as ids need where nobody looks, such as in a pipe."""
    console = Console(markup=False, highlight=False)
    return console if console.is_terminal else Console(width=200, markup=False, highlight=False)


def _delivery_cells(delivery: DeliverySummary) -> tuple[str, str, str, str]:
    answer = delivery.last_error or delivery.last_status or ""
    return delivery.endpoint, delivery.state, str(delivery.attempts), str(answer)


def _attempt_cells(attempt: AttemptRecord) -> tuple[str, str, str, str, str]:
    if attempt.duration_ms is None:
        outcome, duration = "under way, or its worker died", ""
    else:
        outcome, duration = str(attempt.error or attempt.status), str(attempt.duration_ms)
    answer = harmless((attempt.excerpt or "")[:60])
    return str(attempt.number), moment(attempt.started_at), duration, outcome, answer


def harmless(text: str) -> str:
    """What a receiver answered must not command the operator's terminal."""
    return "".join(each if each.isprintable() else " " for each in text)


def _note(endpoint: EndpointStatus) -> str:
    if endpoint.disabled_at is not None:
        return f"disabled since {moment(endpoint.disabled_at)}: it answered 410"
    return "" if endpoint.is_configured else "not configured here"


def moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"
