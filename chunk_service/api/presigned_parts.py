"""Multipart uploads whose parts go straight to the store: begin, presign, list, complete, abort.

Names and spellings are those of the service that this one replaced: `key` is a file's name.
"""

from starlette.requests import Request
from starlette.responses import Response

from chunk_service.api.answer_models import AbortAnswer
from chunk_service.api.answers import json_answer, state_data
from chunk_service.api.auth import authenticate
from chunk_service.api.context import context_of
from chunk_service.api.json_bodies import read_model
from chunk_service.api.part_models import (
    MAX_LIST_BYTES,
    CompletePartsRequest,
    InitiateAnswer,
    InitiateQuery,
    NamedQuery,
    PartQuery,
    PartsAnswer,
    PartsRequest,
    PartUrlsAnswer,
    part_urls,
    stored_parts,
)
from chunk_service.api.presigned import SECRET
from chunk_service.api.queries import read_query
from chunk_service.api.request_headers import idempotency_key
from chunk_service.api.request_record import record_of
from chunk_service.api.whole_answers import uploaded_answer
from chunk_service.domain.principals import Scope
from chunk_service.usecases.presign_parts import NamedUpload


async def initiate(request: Request) -> Response:
    principal = await authenticate(request, Scope.UPLOAD)
    file = read_query(request, InitiateQuery).as_file()
    upload = await context_of(request.scope).presigned.parts.begin(
        principal, file, idempotency_key=idempotency_key(request)
    )
    record_of(request.scope).upload_id = str(upload.id)
    return json_answer(InitiateAnswer.of(upload), headers=SECRET)


async def presign_part(request: Request) -> Response:
    principal = await authenticate(request, Scope.UPLOAD)
    wanted = read_query(request, PartQuery)
    named = _recorded(request, wanted.named)
    presigned = await context_of(request.scope).presigned.parts(
        principal, named, [wanted.partNumber]
    )
    return json_answer(part_urls(presigned)[0], headers=SECRET)


async def presign_parts(request: Request) -> Response:
    principal = await authenticate(request, Scope.UPLOAD)
    named = _named(request)
    numbers = (await read_model(request, PartsRequest)).partNumbers
    presigned = await context_of(request.scope).presigned.parts(principal, named, numbers)
    answer = PartUrlsAnswer(uploadId=str(named.id), parts=part_urls(presigned))
    return json_answer(answer, headers=SECRET)


async def list_parts(request: Request) -> Response:
    principal = await authenticate(request, Scope.UPLOAD)
    named = _named(request)
    parts = await context_of(request.scope).presigned.parts.list_parts(principal, named)
    return json_answer(PartsAnswer(uploadId=str(named.id), parts=stored_parts(list(parts))))


async def complete(request: Request) -> Response:
    principal = await authenticate(request, Scope.UPLOAD)
    named = _named(request)
    listed = (await read_model(request, CompletePartsRequest, most_bytes=MAX_LIST_BYTES)).listed()
    upload = await context_of(request.scope).presigned.complete(principal, named, listed)
    return json_answer(uploaded_answer(upload))


async def abort(request: Request) -> Response:
    context = context_of(request.scope)
    principal = await authenticate(request, Scope.UPLOAD)
    named = _named(request)
    await context.presigned.parts.find(principal, named)
    upload = await context.abort(principal, named.id)
    return json_answer(AbortAnswer(data=state_data(upload)))


def _named(request: Request) -> NamedUpload:
    return _recorded(request, read_query(request, NamedQuery).named)


def _recorded(request: Request, named: NamedUpload) -> NamedUpload:
    record_of(request.scope).upload_id = str(named.id)
    return named
