"""`/metrics` on a port of its own: off the public one, and answered however full that is.

By aiohttp's server, since uvicorn's takes over the signals of its process.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Final

from aiohttp import web

from chunk_service.api.auth import bearer_of
from chunk_service.api.scraping import Scraping
from chunk_service.domain.errors import Unauthorized

_CLOSING_SECONDS: Final = 1.0


@asynccontextmanager
async def metrics_listener(host: str, port: int, scraping: Scraping) -> AsyncIterator[None]:
    """Answers until it is left; OSError where the address can't be had."""

    async def metrics(request: web.Request) -> web.Response:
        if not _may_read(request, scraping):
            challenge = {"WWW-Authenticate": "Bearer"}
            return web.Response(status=HTTPStatus.UNAUTHORIZED, headers=challenge)
        headers = {"Content-Type": scraping.media_type}
        return web.Response(body=await scraping.expose(), headers=headers)

    app = web.Application()
    app.router.add_get("/metrics", metrics)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_CLOSING_SECONDS)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield
    finally:
        await runner.cleanup()


def _may_read(request: web.Request, scraping: Scraping) -> bool:
    if scraping.token is None:
        return True
    try:
        return scraping.is_opened_by(bearer_of(request.headers.getall("Authorization", [])))
    except Unauthorized:
        return False
