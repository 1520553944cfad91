"""Middleware: whatever is raised further in becomes an answer, here and only here.

A client that went away gets none. Where an answer has begun, it is cut off: the exception goes on
to the server, which closes the connection.
"""

from http import HTTPStatus

import structlog
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chunk_service.api.problems import UNEXPECTED, problem_of, render
from chunk_service.api.request_record import record_of

CLIENT_CLOSED_REQUEST = 499

log = structlog.get_logger(__name__)


class Catching:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except ClientDisconnect:
            record = record_of(scope)
            record.status, record.problem = CLIENT_CLOSED_REQUEST, "client-disconnected"
        except Exception as error:
            if begun:
                log.error("cut off", **record_of(scope).named(), exc_info=error)
                raise
            await _answer(error, scope, receive, send)


async def _answer(error: Exception, scope: Scope, receive: Receive, send: Send) -> None:
    record = record_of(scope)
    problem = problem_of(error)
    record.problem = problem.name or HTTPStatus(problem.status).phrase
    if problem is UNEXPECTED:
        log.error("unexpected", **record.named(), exc_info=error)
    await render(problem, record.request_id)(scope, receive, send)
