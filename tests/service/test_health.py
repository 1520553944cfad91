"""Health tells apart what is needed to take chunks and what is not; and it comes back by itself."""

import socket

import pytest

from chunk_service.cli.stack.ports import LOOPBACK, free_port
from chunk_service.cli.stack.postgres import EmbeddedPostgres
from tests.service.caller import Caller, data_of, problem_of
from tests.service.deployment import Deployment
from tests.service.outages import shut
from tests.service.waiting import until


async def _health(caller: Caller) -> tuple[int, int, str]:
    """The statuses of /health and /health/ready, and the word."""
    health = await caller.client.get("/health")
    ready = await caller.client.get("/health/ready")
    live = await caller.client.get("/health/live")
    assert live.status_code == 200
    assert health.json() == ready.json()
    return health.status_code, ready.status_code, health.json()["status"]


async def test_all_is_well(caller: Caller) -> None:
    assert await _health(caller) == (200, 200, "ok")


async def test_without_the_store_the_service_is_degraded_and_takes_chunks(own: Deployment) -> None:
    nobody = f"http://{LOOPBACK}:{free_port()}"
    async with own.served(s3_endpoint_url=nobody, complete_wait="0.2s") as served:
        assert await _health(served.caller) == (200, 200, "degraded")
        session = await served.caller.begin()
        data_of(await session.put(0, b"x"))
        assert problem_of(await session.complete(1), 503) == "storage-unavailable"
        assert (await session.status())["state"] == "completing"


@pytest.mark.survives("Spool: can't be written to", "not ready; alive")
async def test_without_its_spool_the_service_is_not_ready(own: Deployment) -> None:
    async with own.served() as served:
        session = await served.caller.begin()
        away = own.spool.rename(own.spool.with_name("away"))
        assert await _health(served.caller) == (503, 503, "unavailable")
        refused = await session.put(0, b"x")
        assert problem_of(refused, 503) == "storage-unavailable"
        assert refused.headers["retry-after"]
        away.rename(own.spool)
        assert await _health(served.caller) == (200, 200, "ok")
        data_of(await session.put(0, b"x"))
        await session.abort()
        await until(own.leftovers, lambda left: not left)


@pytest.mark.survives("PostgreSQL: not there", "not ready; alive")
async def test_without_its_database_the_service_is_not_ready(
    own: Deployment, postgres_server: EmbeddedPostgres
) -> None:
    async with own.served() as served:
        session = await served.caller.begin()
        data_of(await session.put(0, b"x"))
        async with shut(postgres_server, own.database_url):
            assert await _health(served.caller) == (503, 503, "unavailable")
            refused = await session.put(1, b"y")
            assert problem_of(refused, 503) == "database-unavailable"
            assert refused.headers["retry-after"]
        await until(lambda: _health(served.caller), lambda health: health == (200, 200, "ok"))
        data_of(await session.put(1, b"y"))
        data = await session.stored(2)
        assert own.bucket.read(data["key"]) == b"xy"


@pytest.mark.parametrize("path", ["/health", "/health/ready", "/health/live"])
async def test_health_needs_no_token(caller: Caller, path: str) -> None:
    answer = await caller.client.get(path, headers={"Authorization": ""})
    assert answer.status_code == 200


async def test_a_silent_store_does_not_keep_the_service_from_starting(own: Deployment) -> None:
    with socket.create_server((LOOPBACK, 0)) as never_answers:
        silent = "http://{}:{}".format(*never_answers.getsockname())
        async with own.served(s3_endpoint_url=silent) as served:
            data_of(await (await served.caller.begin()).put(0, b"x"))
