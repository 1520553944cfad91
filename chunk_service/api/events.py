"""For operators with a token of scope `admin`: look at events, have them told again."""

from starlette.requests import Request
from starlette.responses import Response

from chunk_service.api.answers import json_answer
from chunk_service.api.auth import authenticate
from chunk_service.api.context import context_of
from chunk_service.api.event_answers import (
    EnableAnswer,
    EndpointsAnswer,
    EventsAnswer,
    ReplayAnswer,
    ReplayDeadAnswer,
    endpoint_item,
    event_answer,
    event_item,
)
from chunk_service.api.event_queries import EndpointQuery, EventQuery, endpoint_of, event_id_of
from chunk_service.api.operators import Operators
from chunk_service.api.queries import read_query
from chunk_service.domain.principals import Scope


async def list_events(request: Request) -> Response:
    operators = await _operators(request)
    wanted = read_query(request, EventQuery).as_filter()
    found = await operators.find_events(wanted)
    following = found[-1].id if len(found) == wanted.limit else None
    return json_answer(EventsAnswer(events=[event_item(each) for each in found], next=following))


async def show_event(request: Request) -> Response:
    operators = await _operators(request)
    return json_answer(event_answer(await operators.find_events.read(event_id_of(request))))


async def replay_event(request: Request) -> Response:
    operators = await _operators(request)
    endpoint = read_query(request, EndpointQuery).endpoint
    replayed = await operators.replay_events(event_id_of(request), endpoint)
    return json_answer(ReplayAnswer(endpoints=list(replayed)))


async def replay_dead(request: Request) -> Response:
    operators = await _operators(request)
    endpoint = read_query(request, EndpointQuery).endpoint
    return json_answer(ReplayDeadAnswer(replayed=await operators.replay_events.dead(endpoint)))


async def list_endpoints(request: Request) -> Response:
    operators = await _operators(request)
    found = await operators.endpoints()
    return json_answer(EndpointsAnswer(endpoints=[endpoint_item(each) for each in found]))


async def enable_endpoint(request: Request) -> Response:
    operators = await _operators(request)
    return json_answer(EnableAnswer(woken=await operators.endpoints.enable(endpoint_of(request))))


async def _operators(request: Request) -> Operators:
    await authenticate(request, Scope.ADMIN)
    return context_of(request.scope).operators
