"""Health says what can be done: live always, ready without the store, everything at once."""

import httpx
import pytest

from chunk_service.usecases.check_health import Health
from tests.api.stand_ins import Service


@pytest.mark.parametrize(
    ("health", "status", "word"),
    [
        (Health(database=True, spool=True, storage=True, stopping=False), 200, "ok"),
        (Health(database=True, spool=True, storage=False, stopping=False), 200, "degraded"),
        (Health(database=False, spool=True, storage=True, stopping=False), 503, "unavailable"),
        (Health(database=True, spool=False, storage=True, stopping=False), 503, "unavailable"),
        (Health(database=True, spool=True, storage=True, stopping=True), 503, "unavailable"),
        (
            Health(database=True, spool=True, storage=True, stopping=False, draining=True),
            503,
            "unavailable",
        ),
    ],
)
async def test_ready_is_about_taking_chunks(
    client: httpx.AsyncClient, service: Service, health: Health, status: int, word: str
) -> None:
    service.answer_health = health
    for path in ("/health", "/health/ready"):
        answer = await client.get(path)
        assert answer.status_code == status
        assert answer.json()["status"] == word
        assert answer.json()["storage"] is health.storage


async def test_live_never_looks_outside(client: httpx.AsyncClient, service: Service) -> None:
    service.error = RuntimeError("nobody asks")
    del client.headers["Authorization"]
    answer = await client.get("/health/live")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
