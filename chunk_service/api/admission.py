"""Middleware: how many requests are worked on at a time, and none that write while stopping.

Health is exempt: who asks whether a full or stopping process lives needs the answer.
"""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from chunk_service.api.context import context_of
from chunk_service.domain.errors import ShuttingDown

_WRITING = frozenset({"POST", "PUT", "PATCH"})
_RETRY_AFTER_SECONDS = "1"


class Admission:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.active_requests = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/health"):
            await self.app(scope, receive, send)
            return
        self._check(scope)
        self.active_requests += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self.active_requests -= 1

    def _check(self, scope: Scope) -> None:
        context = context_of(scope)
        if context.is_stopping() and scope["method"] in _WRITING:
            raise ShuttingDown
        if self.active_requests >= context.limits.max_concurrent_requests:
            raise HTTPException(
                503, "Too many requests are in work.", {"Retry-After": _RETRY_AFTER_SECONDS}
            )
