"""For operators with a token of scope `admin`: files that nobody may delete, until released."""

from starlette.requests import Request
from starlette.responses import Response

from chunk_service.api.answers import json_answer
from chunk_service.api.auth import authenticate
from chunk_service.api.context import context_of
from chunk_service.api.file_answers import file_item
from chunk_service.api.file_requests import key_of
from chunk_service.domain.principals import Scope


async def hold_file(request: Request) -> Response:
    await authenticate(request, Scope.ADMIN)
    held = await context_of(request.scope).operators.holds(key_of(request))
    return json_answer(file_item(held))


async def release_file(request: Request) -> Response:
    await authenticate(request, Scope.ADMIN)
    released = await context_of(request.scope).operators.holds.release(key_of(request))
    return json_answer(file_item(released))
