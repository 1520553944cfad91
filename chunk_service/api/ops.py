"""What operators and balancers ask: is it alive, is it ready, how is it.

Alive never looks outside. Ready is about taking chunks: database, spool, not stopping, not
draining. Chunks are still taken while only the object store is away, so that is degraded.
"""

from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

from chunk_service.api.answer_models import HealthAnswer, LiveAnswer
from chunk_service.api.answers import json_answer
from chunk_service.api.context import context_of
from chunk_service.usecases.check_health import Health


async def live(_request: Request) -> Response:
    return json_answer(LiveAnswer())


async def ready(request: Request) -> Response:
    health = await context_of(request.scope).health()
    return json_answer(_answer(health), status=200 if health.ready else 503)


async def health(request: Request) -> Response:
    """Everything at once; 503 exactly when `ready` says so too."""
    return await ready(request)


def _answer(health: Health) -> HealthAnswer:
    return HealthAnswer(
        status=_word(health),
        database=health.database,
        spool=health.spool,
        storage=health.storage,
        stopping=health.stopping,
        draining=health.draining,
    )


def _word(health: Health) -> Literal["ok", "degraded", "unavailable"]:
    if not health.ready:
        return "unavailable"
    return "degraded" if health.degraded else "ok"
