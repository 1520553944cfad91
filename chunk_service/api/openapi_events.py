"""What operators may call, for the table of operations: all of it needs the scope `admin`."""

from collections.abc import Sequence
from typing import Final

from pydantic import BaseModel

from chunk_service.api import event_answers as answers
from chunk_service.api.event_queries import (
    ENDPOINT_PATTERN,
    EVENT_ID_PATTERN,
    EndpointQuery,
    EventQuery,
)
from chunk_service.api.openapi_shapes import GUARDED, Described, Json, in_path, query_parameters
from chunk_service.domain.principals import Scope

_PROBLEMS: Final = (*GUARDED, 429)


_EVENT_ID: Final = in_path("event_id", EVENT_ID_PATTERN)


def _operator(
    method: str,
    path: str,
    name: str,
    summary: str,
    answer: type[BaseModel],
    problems: Sequence[int] = (),
    parameters: Sequence[Json] = (),
) -> Described:
    return Described(
        method,
        path,
        name,
        summary,
        {200: answer},
        (*_PROBLEMS, *problems),
        parameters=parameters,
        tag="events",
        scope=Scope.ADMIN,
    )


EVENTS: Final = (
    _operator(
        "GET",
        "/admin/events",
        "list_events",
        "Events, newest first",
        answers.EventsAnswer,
        (422,),
        query_parameters(EventQuery),
    ),
    _operator(
        "GET",
        "/admin/events/{event_id}",
        "show_event",
        "One event, its deliveries and attempts",
        answers.EventAnswer,
        (404,),
        (_EVENT_ID,),
    ),
    _operator(
        "POST",
        "/admin/events/{event_id}/replay",
        "replay_event",
        "Tell an event again",
        answers.ReplayAnswer,
        (404, 422),
        (_EVENT_ID, *query_parameters(EndpointQuery)),
    ),
    _operator(
        "POST",
        "/admin/events/replay-dead",
        "replay_dead",
        "Try dead letters again",
        answers.ReplayDeadAnswer,
        (422,),
        query_parameters(EndpointQuery),
    ),
    _operator(
        "GET",
        "/admin/endpoints",
        "list_endpoints",
        "The receivers of events",
        answers.EndpointsAnswer,
    ),
    _operator(
        "POST",
        "/admin/endpoints/{endpoint}/enable",
        "enable_endpoint",
        "Use a disabled receiver again",
        answers.EnableAnswer,
        (404,),
        (in_path("endpoint", ENDPOINT_PATTERN),),
    ),
)
