"""Answers to what never became a request: problem documents as the bytes of a whole HTTP answer.

The connection closes behind each. They have a line in the log and a request id like all others.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final
from uuid import uuid4

import structlog

from chunk_service.api.problems import Problem, problem_of, render
from chunk_service.api.request_log import STANDING_HEADERS
from chunk_service.domain.errors import MalformedRequest, RequestTimeout

log = structlog.get_logger(__name__)

NOT_HTTP: Final = problem_of(MalformedRequest("This is not a request by HTTP/1.1."))
CUT_OFF: Final = problem_of(MalformedRequest("The request ended before its end."))
OUT_OF_PROPORTION: Final = problem_of(
    MalformedRequest("The body's chunked encoding has more framing than content.")
)
LATE_HEAD: Final = problem_of(RequestTimeout("The request's headers did not arrive in time."))
LARGE_HEAD: Final = Problem(
    431, None, "Request Header Fields Too Large", "The request's headers are too long or too many."
)
TOO_MANY: Final = Problem(
    503,
    None,
    "Service Unavailable",
    "Too many connections are open.",
    headers={"Retry-After": "1"},
)


def bare_answer(problem: Problem, default_headers: Sequence[tuple[bytes, bytes]] = ()) -> bytes:
    request_id = uuid4().hex
    log.info("refused", request_id=request_id, status=problem.status, reason=problem.detail)
    response = render(problem, request_id)
    headers = [
        *default_headers,
        *(header for header in response.raw_headers if header[0] != b"connection"),
        (b"x-request-id", request_id.encode("ascii")),
        *STANDING_HEADERS,
        (b"connection", b"close"),
    ]
    phrase = HTTPStatus(problem.status).phrase
    lines = [f"HTTP/1.1 {problem.status} {phrase}".encode("ascii")]
    lines += [name + b": " + value for name, value in headers]
    return b"\r\n".join([*lines, b"", bytes(response.body)])
