"""The API with stand-ins behind it, as an application and as an HTTP client of it."""

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette

from chunk_service.api.in_flight import InFlight
from chunk_service.api.middleware import middleware
from chunk_service.api.problems import EXCEPTION_HANDLERS
from chunk_service.api.routes import routes
from tests.api.stand_ins import TOKEN, Service


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def app(service: Service) -> Starlette:
    app = Starlette(
        routes=routes(),
        middleware=middleware(InFlight()),
        exception_handlers=EXCEPTION_HANDLERS,
    )
    app.router.redirect_slashes = False
    app.state.context = service.context()
    return app


@pytest.fixture
async def client(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://uploads.example.com",
        headers={"Authorization": f"Bearer {TOKEN}"},
    ) as client:
        yield client
