"""The middleware of the application, from the outside in; each is a file of its own.

Pure ASGI throughout: Starlette's BaseHTTPMiddleware puts a task and a queue around every body.
"""

from starlette.middleware import Middleware

from chunk_service.api.admission import Admission
from chunk_service.api.catching import Catching
from chunk_service.api.framing import Framing
from chunk_service.api.in_flight import InFlight
from chunk_service.api.lingering import Lingering
from chunk_service.api.request_log import RequestLog


def middleware(in_flight: InFlight) -> list[Middleware]:
    return [
        Middleware(RequestLog),
        Middleware(Lingering),
        Middleware(Catching),
        Middleware(Framing),
        Middleware(Admission, in_flight),
    ]
