"""A page may read why it was refused, also where its request never reached the application."""

from collections.abc import AsyncIterator

import pytest

from tests.service.deployment import Deployment, Served
from tests.service.raw import connected, head, speak

_APP = "https://app.example.com"
_FROM_APP = {"Origin": _APP}


@pytest.fixture
async def served(own: Deployment) -> AsyncIterator[Served]:
    async with own.served(
        cors_origins=_APP, max_header_bytes="8KiB", header_timeout="1s", max_connections="4"
    ) as served:
        yield served


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (head("GET", "/health/live", _FROM_APP), 200),
        (head("OPTIONS", "/files", _FROM_APP | {"Access-Control-Request-Method": "GET"}), 200),
        (head("GET", "/files", _FROM_APP), 401),
        (head("GET", "/health/live", _FROM_APP | {"X": "x" * 9000}), 431),
        (head("GET", "/health/live", _FROM_APP | {"X": "and no end"})[:-2], 408),
        (head("POST", "/upload/init", _FROM_APP | {"Transfer-Encoding": "chunked"}) + b"x", 400),
    ],
    ids=["answer", "preflight", "no token", "large head", "late head", "torn body"],
)
async def test_a_page_reads_what_the_connection_answers(
    served: Served, request_bytes: bytes, status: int
) -> None:
    answer = await speak(served.service.port, request_bytes)
    assert answer.status == status
    assert answer.headers["access-control-allow-origin"] == _APP
    assert "Origin" in answer.headers["vary"]
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"


async def test_another_page_reads_nothing_of_it(served: Served) -> None:
    for more in ({}, {"X": "x" * 9000}):
        headers = {"Origin": "https://other.example.com", **more}
        answer = await speak(served.service.port, head("GET", "/health/live", headers))
        assert "access-control-allow-origin" not in answer.headers
        assert answer.headers["vary"] == "Origin"


async def test_every_page_reads_it_where_all_may(own: Deployment) -> None:
    async with (
        own.served(cors_origins="*", max_connections="1") as served,
        connected(served.service.port) as first,
    ):
        await first.say(head("GET", "/health/live", _FROM_APP))
        live = await first.answer()
        crowded = await speak(served.service.port, b"")
        await first.say(b"nonsense\r\n\r\n")
        answers = [live, crowded, await first.answer()]
    assert [each.status for each in answers] == [200, 503, 400]
    assert {each.headers["access-control-allow-origin"] for each in answers} == {"*"}
