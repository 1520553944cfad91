"""Errors as RFC 9457 problem documents: the table of statuses, and the one way to write them.

`type` is a relative reference with its full path, `/problems/{slug}`: the RFC asks for a URI that
means the same wherever it is read, and a deployment has no address of its own to put before it.
What has no meaning beyond its status is `about:blank`. Nothing here says what went wrong inside:
an unexpected exception is logged with its stack and answered with a sentence.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from chunk_service.api.request_record import record_of
from chunk_service.domain import errors

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "/problems/"
# RFC 7617: any user name will do; browsers ask for both.
SHARE_CHALLENGE = 'Basic realm="share", charset="UTF-8"'

STATUSES: Mapping[type[errors.ServiceError], int] = MappingProxyType(
    {
        errors.MalformedRequest: 400,
        errors.Unauthorized: 401,
        errors.Forbidden: 403,
        errors.QuotaExceeded: 403,
        errors.NotFound: 404,
        errors.RequestTimeout: 408,
        errors.ChunkConflict: 409,
        errors.UploadIncomplete: 409,
        errors.StateConflict: 409,
        errors.Gone: 410,
        errors.LengthRequired: 411,
        errors.ContentTooLarge: 413,
        errors.UnsupportedMediaType: 415,
        errors.UnsupportedContentCoding: 415,
        errors.ValidationFailed: 422,
        errors.DigestMismatch: 422,
        errors.RateLimited: 429,
        errors.StorageUnavailable: 503,
        errors.DatabaseUnavailable: 503,
        errors.KeysUnavailable: 503,
        errors.ShuttingDown: 503,
        errors.SpoolFull: 507,
    }
)


@dataclass(frozen=True, slots=True)
class Problem:
    """`name` is the slug, or None for what its status says completely."""

    status: int
    name: str | None
    title: str
    detail: str
    facts: Mapping[str, object] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


UNEXPECTED = Problem(500, None, "Internal Server Error", "Something went wrong here; it is logged.")


def problem_of(error: Exception) -> Problem:
    if isinstance(error, errors.ServiceError) and type(error) in STATUSES:
        return _of_service_error(error)
    if isinstance(error, HTTPException):
        return _of_http_exception(error)
    return UNEXPECTED


def render(problem: Problem, request_id: str) -> Response:
    document = {
        **problem.facts,
        "type": type_of(problem.name),
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "request_id": request_id,
    }
    return Response(
        json.dumps(document, default=str, ensure_ascii=True),
        status_code=problem.status,
        headers=dict(problem.headers),
        media_type=MEDIA_TYPE,
    )


def type_of(name: str | None) -> str:
    return "about:blank" if name is None else f"{TYPE_PREFIX}{name}"


async def answer_http_exception(request: Request, error: Exception) -> Response:
    """Starlette's handler for what its router raises: unknown paths, wrong methods."""
    record = record_of(request.scope)
    problem = problem_of(error)
    record.problem = problem.name
    return render(problem, record.request_id)


def _of_service_error(error: errors.ServiceError) -> Problem:
    return Problem(
        status=STATUSES[type(error)],
        name=error.type,
        title=error.title,
        detail=error.detail,
        facts=error.facts,
        headers=_headers_for(error),
    )


def _headers_for(error: errors.ServiceError) -> dict[str, str]:
    match error:
        case errors.Unavailable():
            return {"Retry-After": str(error.retry_after_seconds)}
        case errors.RateLimited():
            return {"Retry-After": str(error.facts.get("retry_after_seconds", 1))}
        case errors.Unauthorized():
            asks_for_password = error.facts.get("password_required", False)
            return {"WWW-Authenticate": SHARE_CHALLENGE if asks_for_password else "Bearer"}
        case errors.Forbidden(facts={"missing_scope": scope}):
            # RFC 6750, 3.1.
            return {"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{scope}"'}
        case errors.RequestTimeout():
            return {"Connection": "close"}
        case _:
            return {}


def _of_http_exception(error: HTTPException) -> Problem:
    if error.status_code == HTTPStatus.NOT_FOUND:
        return _of_service_error(errors.NotFound())
    phrase = HTTPStatus(error.status_code).phrase
    return Problem(
        status=error.status_code,
        name=None,
        title=phrase,
        detail=error.detail or phrase,
        headers=error.headers or {},
    )


# For the application: what its router raises. All other errors are caught in `catching.py`.
EXCEPTION_HANDLERS: Final = {HTTPException: answer_http_exception}
