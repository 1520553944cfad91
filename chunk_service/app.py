"""The ASGI application: routes, middleware, error table, and what is open while it is up."""

import asyncio
import os
import signal
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from types import FrameType

import structlog
from starlette.applications import Starlette

from chunk_service.adapters.metrics.registry import Metrics
from chunk_service.api.body_buffers import BUFFERS_KEY, BodyBuffers
from chunk_service.api.connection_limits import STATE_KEY, WATCH_KEY
from chunk_service.api.in_flight import InFlight
from chunk_service.api.middleware import middleware
from chunk_service.api.problems import EXCEPTION_HANDLERS
from chunk_service.api.routes import routes
from chunk_service.log import configure_logging
from chunk_service.settings.loading import load_settings
from chunk_service.settings.model import Settings
from chunk_service.wiring.options import connection_limits
from chunk_service.wiring.processes import open_service
from chunk_service.wiring.tracing import tracing_for

log = structlog.get_logger(__name__)

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def create_app(settings: Settings | None = None) -> Starlette:
    """The application for uvicorn; without settings they are read from the environment."""
    known = settings or load_settings()
    configure_logging(level=known.log_level, fmt=known.log_format)
    in_flight = InFlight()
    metrics, tracing = Metrics(), tracing_for(known)
    metrics.levels.requests(in_flight, most=known.max_concurrent_requests)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[dict[str, object]]:
        stopping = asyncio.Event()

        async def drain() -> None:
            stopping.set()
            log.info("stopping", in_work=len(in_flight))
            await in_flight.end_within(known.shutdown_grace.total_seconds())

        async with open_service(known, stopping, metrics=metrics, tracing=tracing) as service:
            app.state.context = service.context
            drain_before_stop(drain)
            yield {
                STATE_KEY: connection_limits(known),
                WATCH_KEY: metrics.connections,
                BUFFERS_KEY: BodyBuffers(),
            }
            stopping.set()

    app = Starlette(
        routes=routes(),
        middleware=middleware(in_flight, known.cors_origins, metrics.requests, tracing.requests),
        exception_handlers=EXCEPTION_HANDLERS,
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False
    return app


def drain_before_stop(drain: Callable[[], Awaitable[None]]) -> None:
    """Hear of a stop before the server does, which would turn everybody away at once: until what is
    in work has ended, it still answers that this process is not ready.

    The same signal again ends the process at once, which is as safe as any crash. Another one does
    not: a terminal's Ctrl-C reaches every process, and a parent passes its own stop on.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    loop = asyncio.get_running_loop()
    servers = {number: signal.getsignal(number) for number in STOP_SIGNALS}
    heard: dict[int, FrameType | None] = {}
    draining: list[asyncio.Task[None]] = []

    async def stop(number: int) -> None:
        await drain()
        server = servers[signal.Signals(number)]
        if callable(server):
            server(number, heard[number])

    def hear(number: int, frame: FrameType | None) -> None:
        if number in heard:
            os._exit(128 + number)
        heard[number] = frame
        if len(heard) == 1:
            loop.call_soon_threadsafe(lambda: draining.append(loop.create_task(stop(number))))

    for number in STOP_SIGNALS:
        signal.signal(number, hear)
