"""The middleware of the application, from the outside in; each is a file of its own.

Pure ASGI throughout: Starlette's BaseHTTPMiddleware puts a task and a queue around every body.
"""

from starlette.middleware import Middleware

from chunk_service.api.admission import Admission
from chunk_service.api.catching import Catching
from chunk_service.api.cross_origin import CrossOrigin, Preflight
from chunk_service.api.framing import Framing
from chunk_service.api.in_flight import InFlight
from chunk_service.api.lingering import Lingering
from chunk_service.api.request_log import UNWATCHED, RequestLog, Watch
from chunk_service.api.traced import RequestSpans, Traced


def middleware(
    in_flight: InFlight,
    origins: frozenset[str] = frozenset(),
    watch: Watch = UNWATCHED,
    spans: RequestSpans | None = None,
) -> list[Middleware]:
    """`origins` are those whose pages may call; without any there is nothing to say of it."""
    return [
        *([] if spans is None else [Middleware(Traced, spans)]),
        Middleware(RequestLog, watch),
        *([Middleware(CrossOrigin, origins)] if origins else []),
        Middleware(Lingering),
        Middleware(Catching),
        Middleware(Framing),
        *([Middleware(Preflight, origins)] if origins else []),
        Middleware(Admission, in_flight),
    ]
