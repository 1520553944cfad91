"""Exactly one bearer token, or 401."""

import re

import httpx
import pytest
from starlette.routing import Route

from chunk_service.api.routes import routes
from tests.api.stand_ins import TOKEN, UPLOAD_ID

OPEN_PATHS = ("/health", "/openapi.json", "/docs", "/app", "/s/")


@pytest.mark.parametrize(
    "given",
    [
        [],
        [""],
        ["Bearer"],
        ["Bearer "],
        ["Basic good"],
        ["Bearer bad"],
        ["Bearer good good"],
        ["Bearer good,"],
        ["Bearer " + "x" * 8193],
        ["Bearer good", "Bearer good"],
    ],
)
async def test_anything_but_one_good_token_is_401(
    client: httpx.AsyncClient, given: list[str]
) -> None:
    del client.headers["Authorization"]
    headers = [("Authorization", value) for value in given]
    answer = await client.get(f"/upload/{UPLOAD_ID}", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json()["type"] == "/problems/unauthorized"


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER ", "bEARER   "])
async def test_the_scheme_is_written_in_any_case(client: httpx.AsyncClient, scheme: str) -> None:
    headers = {"Authorization": f"{scheme} {TOKEN}"}
    assert (await client.get(f"/upload/{UPLOAD_ID}", headers=headers)).status_code == 200


@pytest.mark.parametrize(
    "route", [r for r in routes() if not r.path.startswith(OPEN_PATHS)], ids=lambda r: r.path
)
async def test_no_route_of_the_api_is_open(client: httpx.AsyncClient, route: Route) -> None:
    del client.headers["Authorization"]
    path = re.sub("{.*?}", "not-even-an-id", route.path)
    for method in route.methods or ():
        assert (await client.request(method, path)).status_code == 401
