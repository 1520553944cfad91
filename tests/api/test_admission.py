"""Only so much at a time, and nothing new while stopping."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
from starlette.applications import Starlette

from chunk_service.domain.rates import Rate
from tests.api.stand_ins import LIMITS, UPLOAD_ID, Service

URL = f"/upload/{UPLOAD_ID}"
LINK = f"/s/{'x' * 32}"


async def test_what_is_too_much_at_a_time_is_told_to_come_back(
    client: httpx.AsyncClient, app: Starlette, service: Service
) -> None:
    app.state.context = service.context(replace(LIMITS, max_concurrent_requests=1))
    has_begun, may_end = asyncio.Event(), asyncio.Event()

    async def slow_body() -> AsyncIterator[bytes]:
        has_begun.set()
        yield b"x"
        await may_end.wait()

    working = asyncio.create_task(client.put(f"{URL}/chunks/0", content=slow_body()))
    await has_begun.wait()
    refused = await client.get(URL)
    health = await client.get("/health/ready")
    may_end.set()
    assert (await working).status_code == 200
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
    assert health.status_code == 200
    assert (await client.get(URL)).status_code == 200


async def test_who_asks_too_often_is_told_when_to_come_back(
    client: httpx.AsyncClient, app: Starlette, service: Service
) -> None:
    service.rate = Rate(per_second=0.5, burst=2)
    app.state.context = service.context()
    assert [(await client.get(URL)).status_code for _ in range(2)] == [200, 200]
    refused = await client.get(URL)
    assert refused.status_code == 429
    assert refused.json()["type"] == "/problems/rate-limited"
    assert refused.headers["Retry-After"] == "2"
    assert (await client.get("/health/ready")).status_code == 200


async def test_one_owner_has_not_all_the_room(
    client: httpx.AsyncClient, app: Starlette, service: Service
) -> None:
    app.state.context = service.context(replace(LIMITS, max_requests_per_owner=1))
    has_begun, may_end = asyncio.Event(), asyncio.Event()

    async def slow_body() -> AsyncIterator[bytes]:
        has_begun.set()
        yield b"x"
        await may_end.wait()

    working = asyncio.create_task(client.put(f"{URL}/chunks/0", content=slow_body()))
    await has_begun.wait()
    refused = await client.get(URL)
    may_end.set()
    assert (await working).status_code == 200
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1")
    assert refused.json()["type"] == "/problems/rate-limited"
    assert (await client.get(URL)).status_code == 200


async def test_while_stopping_nothing_is_begun_and_everything_can_be_asked(
    client: httpx.AsyncClient, service: Service
) -> None:
    service.is_stopping = True
    for method, path in (("POST", "/upload/init"), ("PUT", f"{URL}/chunks/0")):
        answer = await client.request(method, path)
        assert answer.status_code == 503
        assert answer.json()["type"] == "/problems/shutting-down"
        assert "Retry-After" in answer.headers
    assert (await client.get(URL)).status_code == 200
    assert (await client.get("/health/live")).status_code == 200


async def test_strangers_leave_room_for_owners(
    client: httpx.AsyncClient, app: Starlette, service: Service
) -> None:
    app.state.context = service.context(replace(LIMITS, max_concurrent_requests=4))
    begun, may_end = asyncio.Semaphore(0), asyncio.Event()

    async def slow_body() -> AsyncIterator[bytes]:
        begun.release()
        yield b"{"
        await may_end.wait()

    opening = [asyncio.create_task(client.post(LINK, content=slow_body())) for _ in range(3)]
    for _ in opening:
        await begun.acquire()
    refused = await client.get(LINK)
    owners = await client.get(URL)
    may_end.set()
    assert [(await each).status_code for each in opening] == [400] * 3
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1")
    assert owners.status_code == 200
    assert (await client.get(LINK)).status_code == 404
