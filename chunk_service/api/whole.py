"""A whole file in one request: as a form, or as a bare body under its name."""

from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import Response

from chunk_service.api.answers import json_answer
from chunk_service.api.auth import authenticate
from chunk_service.api.bodies import body_pieces
from chunk_service.api.context import context_of
from chunk_service.api.request_headers import idempotency_key
from chunk_service.api.request_record import record_of
from chunk_service.api.whole_answers import uploaded_answer
from chunk_service.api.whole_requests import bare_file, file_form, file_of_form, pieces_of
from chunk_service.domain.principals import Principal, Scope
from chunk_service.domain.uploads import Piece
from chunk_service.usecases.upload_whole import WholeFile


async def upload_form(request: Request) -> Response:
    principal = await authenticate(request, Scope.UPLOAD)
    form = file_form(request)
    await form.read_to_file()
    return await _upload(request, principal, file_of_form(request, form), pieces_of(form))


async def put_file(request: Request) -> Response:
    principal = await authenticate(request, Scope.UPLOAD)
    file = bare_file(request, str(request.path_params["key"]))
    return await _upload(request, principal, file, body_pieces(request))


async def _upload(
    request: Request, principal: Principal, file: WholeFile, body: AsyncIterator[Piece]
) -> Response:
    upload = await context_of(request.scope).upload_whole(
        principal, file, body, idempotency_key=idempotency_key(request)
    )
    record_of(request.scope).upload_id = str(upload.id)
    location = {"Location": f"/files/{upload.key}"}
    return json_answer(uploaded_answer(upload), status=201, headers=location)
