"""For operators with a token of scope `admin`: uploads of all owners, and why they wait."""

from starlette.requests import Request
from starlette.responses import Response

from chunk_service.api.answer_models import AbortAnswer
from chunk_service.api.answers import json_answer, state_data
from chunk_service.api.auth import authenticate
from chunk_service.api.context import context_of
from chunk_service.api.operators import UploadDesk
from chunk_service.api.queries import read_query
from chunk_service.api.spellings import upload_id_of
from chunk_service.api.upload_answers import (
    UploadsAnswer,
    upload_answer,
    upload_item,
    why_answer,
)
from chunk_service.api.upload_queries import UploadQuery
from chunk_service.domain.principals import Scope


async def list_uploads(request: Request) -> Response:
    desk = await _desk(request)
    wanted = read_query(request, UploadQuery).as_filter()
    found = await desk.find(wanted)
    following = str(found[-1].upload.id) if len(found) == wanted.limit else None
    return json_answer(UploadsAnswer(uploads=[upload_item(each) for each in found], next=following))


async def show_upload(request: Request) -> Response:
    desk = await _desk(request)
    return json_answer(upload_answer(await desk.find.read(upload_id_of(request))))


async def explain_upload(request: Request) -> Response:
    desk = await _desk(request)
    return json_answer(why_answer(await desk.explain(upload_id_of(request))))


async def abort_upload(request: Request) -> Response:
    desk = await _desk(request)
    return json_answer(
        AbortAnswer(data=state_data(await desk.abort.of_anyone(upload_id_of(request))))
    )


async def _desk(request: Request) -> UploadDesk:
    await authenticate(request, Scope.ADMIN)
    return context_of(request.scope).operators.uploads
