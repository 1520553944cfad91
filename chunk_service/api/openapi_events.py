"""What operators may call, for the table of operations: all of it needs the scope `admin`."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel

from chunk_service.api import event_answers as answers
from chunk_service.api.event_queries import (
    ENDPOINT_PATTERN,
    EVENT_ID_PATTERN,
    EndpointQuery,
    EventQuery,
)
from chunk_service.api.openapi_shapes import GUARDED, Described, Json

_SCOPE: Final = "Needs a token with the scope `admin`."
_PROBLEMS: Final = (*GUARDED, 403, 429)


def _query(model: type[BaseModel]) -> Sequence[Json]:
    """A parameter for each field; one that is left out is null in the model only."""
    properties: Mapping[str, Mapping[str, Any]] = _inlined(model.model_json_schema())
    return [
        {
            "name": name,
            "in": "query",
            "description": schema.get("description", ""),
            "schema": _without_null(schema),
        }
        for name, schema in properties.items()
    ]


def _inlined(schema: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    definitions = schema.get("$defs", {})

    def inline(part: Mapping[str, Any]) -> Mapping[str, Any]:
        name = str(part.get("$ref", "")).rpartition("/")[2]
        return definitions[name] if name else part

    return {
        name: {**each, "anyOf": [inline(part) for part in each.get("anyOf", ())]}
        for name, each in schema["properties"].items()
    }


def _without_null(schema: Mapping[str, Any]) -> Json:
    kinds = [part for part in schema["anyOf"] if part != {"type": "null"}]
    found = dict(kinds[0]) if kinds else dict(schema)
    return {
        name: value
        for name, value in found.items()
        if name not in ("anyOf", "title", "description")
    }


def _in_path(name: str, pattern: str) -> Json:
    schema = {"type": "string", "pattern": pattern}
    return {"name": name, "in": "path", "required": True, "schema": schema}


_EVENT_ID: Final = _in_path("event_id", EVENT_ID_PATTERN)


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
        description=_SCOPE,
        tag="events",
    )


EVENTS: Final = (
    _operator(
        "GET",
        "/admin/events",
        "list_events",
        "Events, newest first",
        answers.EventsAnswer,
        (422,),
        _query(EventQuery),
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
        (_EVENT_ID, *_query(EndpointQuery)),
    ),
    _operator(
        "POST",
        "/admin/events/replay-dead",
        "replay_dead",
        "Try dead letters again",
        answers.ReplayDeadAnswer,
        (422,),
        _query(EndpointQuery),
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
        (_in_path("endpoint", ENDPOINT_PATTERN),),
    ),
)
