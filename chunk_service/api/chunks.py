"""The chunk protocol: begin, send numbered chunks, complete; ask how it stands, give it up.

Each door reads the request, calls one use case and writes the answer. Bodies, forms, models and
errors have files of their own.
"""

from starlette.requests import Request
from starlette.responses import Response

from chunk_service.api.answer_models import (
    AbortAnswer,
    AcceptedAnswer,
    CompleteAnswer,
    InitAnswer,
    StatusAnswer,
)
from chunk_service.api.answers import (
    chunk_answer,
    init_data,
    json_answer,
    state_data,
    status_data,
    stored_data,
)
from chunk_service.api.auth import authenticate
from chunk_service.api.chunk_requests import bare_chunk, form_chunk
from chunk_service.api.context import context_of
from chunk_service.api.json_bodies import read_model
from chunk_service.api.request_headers import RESPOND_ASYNC, idempotency_key, prefers_async
from chunk_service.api.request_models import CompleteRequest, InitRequest
from chunk_service.api.request_record import record_of
from chunk_service.api.spellings import upload_id_of
from chunk_service.domain.completion import Completion
from chunk_service.domain.errors import StorageUnavailable
from chunk_service.domain.principals import Scope
from chunk_service.usecases.beginning import NewUpload


async def init(request: Request) -> Response:
    context = context_of(request.scope)
    principal = await authenticate(request, Scope.UPLOAD)
    key = idempotency_key(request)
    wanted = _new_upload(await read_model(request, InitRequest))
    upload = await context.begin(principal, wanted, idempotency_key=key)
    record_of(request.scope).upload_id = str(upload.id)
    data = init_data(upload, max_chunk_size=context.limits.max_chunk_size)
    return json_answer(InitAnswer(data=data))


async def post_chunk(request: Request) -> Response:
    principal = await authenticate(request, Scope.UPLOAD)
    chunk = form_chunk(request)
    await chunk.read_to_file()
    return chunk_answer(await context_of(request.scope).receive(principal, chunk))


async def put_chunk(request: Request) -> Response:
    principal = await authenticate(request, Scope.UPLOAD)
    chunk = bare_chunk(request)
    return chunk_answer(await context_of(request.scope).receive(principal, chunk))


async def complete(request: Request) -> Response:
    context = context_of(request.scope)
    principal = await authenticate(request, Scope.UPLOAD)
    wanted = await read_model(request, CompleteRequest)
    record_of(request.scope).upload_id = str(wanted.upload_session_id)
    wait = not prefers_async(request)
    upload = await context.complete(principal, _completion(wanted), wait=wait)
    data = stored_data(upload, context.public_endpoint_url)
    if data is not None:
        return json_answer(CompleteAnswer(data=data))
    if wait:
        raise StorageUnavailable("The upload is still being completed; ask again.")
    headers = {"Preference-Applied": RESPOND_ASYNC, "Location": f"/upload/{upload.id}"}
    return json_answer(AcceptedAnswer(data=state_data(upload)), status=202, headers=headers)


async def read(request: Request) -> Response:
    context = context_of(request.scope)
    principal = await authenticate(request, Scope.UPLOAD)
    status = await context.read(principal, upload_id_of(request))
    return json_answer(StatusAnswer(data=status_data(status, context.public_endpoint_url)))


async def abort(request: Request) -> Response:
    principal = await authenticate(request, Scope.UPLOAD)
    upload = await context_of(request.scope).abort(principal, upload_id_of(request))
    return json_answer(AbortAnswer(data=state_data(upload)))


def _new_upload(wanted: InitRequest) -> NewUpload:
    return NewUpload(
        main_service_file_id=wanted.main_service_file_id,
        original_file_name=wanted.original_file_name,
        content_type=wanted.content_type,
        metadata=wanted.metadata or {},
        total_size=wanted.total_size,
        chunk_size=wanted.chunk_size,
        total_chunks=wanted.total_chunks,
        checksum=wanted.checksum,
        relay=wanted.relay,
        expires_in_seconds=wanted.expires_in,
        callback_url=wanted.callback_url,
    )


def _completion(wanted: CompleteRequest) -> Completion:
    return Completion(
        upload_id=wanted.upload_session_id,
        total_chunks=wanted.total_chunks,
        main_service_file_id=wanted.main_service_file_id,
        total_size=wanted.total_size,
        checksum=wanted.checksum,
    )
