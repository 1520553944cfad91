"""Uploads by one presigned request, and their confirmation."""

from starlette.requests import Request
from starlette.responses import Response

from chunk_service.api.answers import json_answer
from chunk_service.api.auth import authenticate
from chunk_service.api.context import context_of
from chunk_service.api.file_requests import known_key
from chunk_service.api.json_bodies import read_model
from chunk_service.api.presigned_models import ConfirmRequest, UploadUrlAnswer, UploadUrlRequest
from chunk_service.api.request_headers import idempotency_key
from chunk_service.api.request_record import record_of
from chunk_service.api.whole_answers import uploaded_answer
from chunk_service.domain.principals import Scope

SECRET = {"Cache-Control": "no-store"}


async def upload_url(request: Request) -> Response:
    principal = await authenticate(request, Scope.UPLOAD)
    key = idempotency_key(request)
    wanted = (await read_model(request, UploadUrlRequest)).as_file()
    presigned = await context_of(request.scope).presigned.upload(
        principal, wanted, idempotency_key=key
    )
    record_of(request.scope).upload_id = str(presigned.upload.id)
    return json_answer(UploadUrlAnswer.of(presigned), headers=SECRET)


async def confirm(request: Request) -> Response:
    principal = await authenticate(request, Scope.UPLOAD)
    key = known_key((await read_model(request, ConfirmRequest)).file_key)
    upload = await context_of(request.scope).presigned.confirm(principal, key)
    record_of(request.scope).upload_id = str(upload.id)
    return json_answer(uploaded_answer(upload))
