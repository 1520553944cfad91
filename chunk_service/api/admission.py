"""Middleware: how many requests are worked on at a time, and none that write while stopping.

Health is exempt: who asks whether a full or stopping process lives needs the answer. As soon as it
is known whose a request is, `admit_owner` keeps one owner from taking the room of all others, and
`admit_stranger` keeps those who have no token from taking that of all owners.
"""

from typing import Final, cast

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from chunk_service.api.context import context_of
from chunk_service.api.in_flight import RETRY_AFTER_SECONDS, InFlight, Work, whole_seconds
from chunk_service.domain.errors import RateLimited, ShuttingDown

_KEY: Final = "chunk_service.work"
# No owner's name is empty.
_STRANGERS: Final = ""
_WRITING: Final = frozenset({"POST", "PUT", "PATCH"})


class Admission:
    def __init__(self, app: ASGIApp, in_flight: InFlight) -> None:
        self.app = app
        self.in_flight = in_flight

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/health"):
            await self.app(scope, receive, send)
            return
        self._check(scope)
        async with self.in_flight.one() as work:
            scope[_KEY] = work
            await self.app(scope, receive, send)

    def _check(self, scope: Scope) -> None:
        context = context_of(scope)
        if context.is_stopping() and scope["method"] in _WRITING:
            raise ShuttingDown
        if len(self.in_flight) >= context.limits.max_concurrent_requests:
            raise HTTPException(
                503,
                "Too many requests are in work.",
                {"Retry-After": str(RETRY_AFTER_SECONDS)},
            )


def admit_owner(scope: Scope, owner: str) -> None:
    """RateLimited where the owner asks too often, or too much at a time."""
    context = context_of(scope)
    wait_seconds = context.rates.take(owner)
    if wait_seconds:
        raise RateLimited(retry_after_seconds=whole_seconds(wait_seconds))
    work = cast("Work", scope[_KEY])
    work.belong_to(owner, most=context.limits.max_requests_per_owner)


def admit_stranger(scope: Scope) -> None:
    """RateLimited where strangers have three quarters of the room already."""
    most = max(1, context_of(scope).limits.max_concurrent_requests * 3 // 4)
    work = cast("Work", scope[_KEY])
    work.belong_to(_STRANGERS, most=most, who="callers without a token")
