"""What operators may do with uploads, for the table of operations: it needs the scope `admin`."""

from collections.abc import Sequence
from typing import Final

from pydantic import BaseModel

from chunk_service.api import upload_answers as answers
from chunk_service.api.answer_models import AbortAnswer
from chunk_service.api.openapi_shapes import GUARDED, Described, Json, query_parameters
from chunk_service.api.upload_queries import UploadQuery
from chunk_service.domain.principals import Scope

_UPLOAD_ID: Final = {
    "name": "upload_session_id",
    "in": "path",
    "required": True,
    "schema": {"type": "string", "format": "uuid"},
}
_PATH: Final = "/admin/uploads/{upload_session_id}"


def _operator(
    method: str,
    path: str,
    name: str,
    summary: str,
    answer: type[BaseModel],
    problems: Sequence[int],
    parameters: Sequence[Json] = (_UPLOAD_ID,),
) -> Described:
    return Described(
        method,
        path,
        name,
        summary,
        {200: answer},
        (*GUARDED, 429, *problems),
        parameters=parameters,
        scope=Scope.ADMIN,
    )


ADMIN_UPLOADS: Final = (
    _operator(
        "GET",
        "/admin/uploads",
        "list_uploads",
        "Uploads of all owners, newest first",
        answers.UploadsAnswer,
        (422,),
        query_parameters(UploadQuery),
    ),
    _operator(
        "GET",
        _PATH,
        "show_upload",
        "All that is known of an upload",
        answers.UploadAnswer,
        (404,),
    ),
    _operator(
        "GET",
        f"{_PATH}/why",
        "explain_upload",
        "Why an upload is not finished",
        answers.WhyAnswer,
        (404,),
    ),
    _operator(
        "DELETE",
        _PATH,
        "abort_any_upload",
        "Give an upload of any owner up",
        AbortAnswer,
        (404, 409, 410),
    ),
)
