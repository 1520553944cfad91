"""The demonstration's client is patient where it is asked to be, and clear where it fails."""

import json
from collections.abc import Callable

import httpx
import pytest

from chunk_service.cli.demonstration.calls import Api
from chunk_service.cli.demonstration.failure import DemonstrationError

Handler = Callable[[httpx.Request], httpx.Response]


def _api(handler: Handler) -> Api:
    transport = httpx.MockTransport(handler)
    return Api(httpx.AsyncClient(transport=transport, base_url="http://service"))


async def test_data_of_the_answer_is_returned() -> None:
    def echo(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"data": json.loads(request.content)})

    assert await _api(echo).post("/upload/init", {"name": "é"}) == {"name": "é"}


@pytest.mark.parametrize("status", [429, 503, 507])
async def test_a_call_is_repeated_with_the_same_bytes_when_asked_for(status: int) -> None:
    bodies: list[bytes] = []

    def busy_twice(request: httpx.Request) -> httpx.Response:
        bodies.append(request.content)
        patience = httpx.Response(status, headers={"Retry-After": "0"})
        return patience if len(bodies) < 3 else httpx.Response(200)

    await _api(busy_twice).put("/upload/1/chunks/0", b"bytes")
    assert bodies == [b"bytes"] * 3


async def test_a_refusal_is_told_in_the_words_of_the_service() -> None:
    problem = httpx.Response(422, json={"title": "Validation failed", "detail": "Too large."})
    with pytest.raises(DemonstrationError, match=r"PUT /chunk was answered 422: Too large\."):
        await _api(lambda _: problem).put("/chunk", b"")


@pytest.mark.parametrize("content", [b"<html>", b"[]", b"{}"])
async def test_an_odd_answer_is_an_error_not_a_traceback(content: bytes) -> None:
    with pytest.raises(DemonstrationError, match="without data"):
        await _api(lambda _: httpx.Response(200, content=content)).post("/upload/init", {})


async def test_no_answer_is_told() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    with pytest.raises(DemonstrationError, match="PUT /chunk got no answer: refused"):
        await _api(refuse).put("/chunk", b"")
