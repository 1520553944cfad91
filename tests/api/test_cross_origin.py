"""Pages of the origins that are named may call, and read every answer; preflights cost nothing."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from chunk_service.api import cross_origin
from chunk_service.api.cross_origin import ALLOWED, ANY, EXPOSED, METHODS
from chunk_service.api.in_flight import InFlight
from chunk_service.api.middleware import middleware
from chunk_service.api.openapi import document
from chunk_service.api.problems import EXCEPTION_HANDLERS
from chunk_service.api.request_log import STANDING_HEADERS
from chunk_service.api.routes import routes
from chunk_service.domain import errors
from chunk_service.domain.rates import Rate
from tests.api.asgi import Call, exchange
from tests.api.stand_ins import TOKEN, UPLOAD_ID, Service

APP = "https://app.example.com"
OTHER = "https://other.example.com"
URL = f"/upload/{UPLOAD_ID}"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
ASK = {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "authorization"}


def app_for(service: Service, *origins: str) -> Starlette:
    app = Starlette(
        routes=routes(),
        middleware=middleware(InFlight(), frozenset(origins)),
        exception_handlers=EXCEPTION_HANDLERS,
    )
    app.state.context = service.context()
    return app


def page_of(app: Starlette, origin: str = APP) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://uploads.example.com",
        headers={"Origin": origin},
    )


@pytest.fixture
async def page(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    async with page_of(app_for(service, APP, "https://second.example.com")) as client:
        yield client


async def test_a_preflight_is_answered_without_a_token_and_counts_against_nobody(
    service: Service, page: httpx.AsyncClient
) -> None:
    service.rate, service.is_stopping = Rate(per_second=0.001, burst=1), True
    for _ in range(3):
        answer = await page.options(f"{URL}/chunks/0", headers=ASK)
        assert answer.status_code == 200
        assert answer.headers["Access-Control-Allow-Origin"] == APP
        assert "PUT" in answer.headers["Access-Control-Allow-Methods"].split(", ")
        assert "Authorization" in answer.headers["Access-Control-Allow-Headers"].split(", ")
        assert int(answer.headers["Access-Control-Max-Age"]) > 0
        assert "Origin" in answer.headers["Vary"]


async def test_a_preflight_waits_for_no_room(service: Service) -> None:
    app = app_for(service, APP)
    del app.state.context  # what counts requests would look into it
    async with page_of(app) as page:
        assert (await page.options(URL, headers=ASK)).status_code == 200


@pytest.mark.parametrize(
    "asked",
    [
        {"Origin": OTHER},
        {"Origin": APP.upper()},
        {"Origin": f"{APP}.evil.example"},
        {"Origin": "null"},
        {"Access-Control-Request-Method": "TRACE"},
        {"Access-Control-Request-Headers": "x-unknown"},
    ],
    ids=str,
)
async def test_a_preflight_for_something_else_is_a_problem(
    page: httpx.AsyncClient, asked: dict[str, str]
) -> None:
    answer = await page.options(URL, headers=ASK | asked)
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/malformed-request")
    if "Origin" in asked:
        assert "Access-Control-Allow-Origin" not in answer.headers


async def test_a_preflight_with_two_readings_is_refused(service: Service) -> None:
    asked = [(name.lower().encode(), value.encode()) for name, value in ASK.items()]
    headers = [(b"host", b"a"), (b"host", b"b"), (b"origin", APP.encode()), *asked]
    answer = await exchange(app_for(service, APP), Call("OPTIONS", URL, headers))
    assert answer.status == 400


async def test_what_is_no_preflight_is_a_method_like_others(page: httpx.AsyncClient) -> None:
    assert (await page.options(URL)).status_code == 405


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.Unauthorized(), 401),
        (errors.ContentTooLarge(), 413),
        (errors.RateLimited(), 429),
        (errors.StorageUnavailable(), 503),
        (RuntimeError(), 500),
        (None, 200),
    ],
    ids=str,
)
async def test_a_page_may_read_every_answer(
    service: Service, page: httpx.AsyncClient, error: Exception | None, status: int
) -> None:
    service.error = error
    answer = await page.get(URL, headers=BEARER)
    assert answer.status_code == status
    assert answer.headers["Access-Control-Allow-Origin"] == APP
    assert answer.headers["Vary"] == "Origin"
    exposed = answer.headers["Access-Control-Expose-Headers"].split(", ")
    assert {"Retry-After", "X-Request-ID", "Location"} <= set(exposed)


async def test_so_is_what_middleware_and_router_refuse(
    service: Service, page: httpx.AsyncClient
) -> None:
    assert (await page.get(URL)).headers["Access-Control-Allow-Origin"] == APP
    assert (await page.get("/nothing")).headers["Access-Control-Allow-Origin"] == APP
    service.is_stopping = True
    stopping = await page.post("/upload/init")
    assert (stopping.status_code, stopping.headers["Access-Control-Allow-Origin"]) == (503, APP)


@pytest.mark.parametrize("origin", [OTHER, "null", APP.upper()])
async def test_a_page_of_elsewhere_may_read_nothing(service: Service, origin: str) -> None:
    async with page_of(app_for(service, APP), origin) as page:
        answer = await page.get(URL, headers=BEARER)
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert answer.headers["Vary"] == "Origin"


async def test_who_comes_from_no_page_is_told_that_it_matters(page: httpx.AsyncClient) -> None:
    del page.headers["Origin"]
    answer = await page.get(URL, headers=BEARER)
    assert (answer.status_code, answer.headers["Vary"]) == (200, "Origin")


async def test_all_origins_may_where_that_is_said_and_never_with_credentials(
    service: Service,
) -> None:
    async with page_of(app_for(service, ANY), OTHER) as page:
        for answer in (
            await page.options(URL, headers=ASK),
            await page.get(URL, headers=BEARER),
            await page.get(URL),
        ):
            assert answer.headers["Access-Control-Allow-Origin"] == "*"
            assert "Access-Control-Allow-Credentials" not in answer.headers


async def test_without_the_setting_nothing_is_said(client: httpx.AsyncClient) -> None:
    preflight = await client.options(URL, headers=ASK | {"Origin": APP})
    assert preflight.status_code == 405
    answer = await client.get(URL, headers={"Origin": APP})
    for each in (preflight, answer):
        assert not [name for name in each.headers if name.startswith("access-control")]


def test_every_method_and_header_of_the_api_may_be_asked_for() -> None:
    assert {method for route in routes() for method in route.methods or ()} <= set(METHODS)
    described = {
        parameter["name"]
        for item in document()["paths"].values()
        for operation in item.values()
        for parameter in operation.get("parameters", [])
        if parameter["in"] == "header"
    }
    assert described
    assert described <= set(ALLOWED)


def test_every_header_that_is_read_may_be_sent_by_a_page() -> None:
    by_itself = {"content-length", "host", "transfer-encoding", "expect", "origin"}
    by_itself |= {"content-encoding"}  # refused
    api = Path(cross_origin.__file__).parent
    text = "".join(path.read_text() for path in api.glob("*.py"))
    read = set(re.findall(r'headers\.get(?:list)?\(b?"([a-z-]+)"', text))
    assert {"authorization", "prefer"} <= read
    assert read - by_itself <= {name.lower() for name in ALLOWED}


async def test_every_header_that_tells_a_page_something_may_be_read(
    service: Service, page: httpx.AsyncClient
) -> None:
    answers = [await page.get(URL), await page.get(URL, headers=BEARER), await page.patch(URL)]
    service.error = errors.SpoolFull()
    answers.append(await page.get(URL, headers=BEARER))
    told = {name for answer in answers for name in answer.headers}
    about_readers = {"vary", *(name for name in told if name.startswith("access-control"))}
    standing = {name.decode() for name, _ in STANDING_HEADERS}
    assert {"retry-after", "www-authenticate", "allow"} <= told
    always_read = {"content-length", "content-type"}
    assert told - about_readers - standing - always_read <= {name.lower() for name in EXPOSED}
