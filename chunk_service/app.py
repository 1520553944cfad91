"""The ASGI application: routes, middleware, error table, and what is open while it is up."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import FrameType

from starlette.applications import Starlette

from chunk_service.api.middleware import middleware
from chunk_service.api.problems import EXCEPTION_HANDLERS
from chunk_service.api.routes import routes
from chunk_service.log import configure_logging
from chunk_service.settings.loading import load_settings
from chunk_service.settings.model import Settings
from chunk_service.wiring.processes import open_service


def create_app(settings: Settings | None = None) -> Starlette:
    """The application for uvicorn; without settings they are read from the environment."""
    known = settings or load_settings()
    configure_logging(level=known.log_level, fmt=known.log_format)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        stopping = asyncio.Event()
        async with open_service(known, stopping) as service:
            app.state.context = service.context
            with_signal(signal.SIGTERM, stopping.set)
            yield
            stopping.set()

    app = Starlette(
        routes=routes(),
        middleware=middleware(),
        exception_handlers=EXCEPTION_HANDLERS,
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False
    return app


def with_signal(number: signal.Signals, call: Callable[[], None]) -> None:
    """Hear of a signal before the server does: it only tells us when its connections are closed.

    A second one ends the process at once, which is as safe as any crash.
    """
    server = signal.getsignal(number)
    if not callable(server):
        return

    heard = False

    def hear(received: int, frame: FrameType | None) -> None:
        nonlocal heard
        if heard:
            os._exit(128 + received)
        heard = True
        call()
        server(received, frame)

    signal.signal(number, hear)
