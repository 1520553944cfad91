"""Who waits longer than a moment is told why, once a minute; short pauses are kept quiet."""

import asyncio

import httpx
import pytest

from chunk_service.client import trials
from chunk_service.client.calls import Call, Calls
from chunk_service.client.patience import Patience
from chunk_service.client.tokens import Tokens

PATIENCE = Patience(first_pause_seconds=0.001, longest_pause_seconds=0.001)


def calls_answered(*answers: httpx.Response, told: list[str]) -> Calls:
    left = list(answers)
    http = httpx.AsyncClient(
        transport=httpx.MockTransport(lambda _: left.pop(0)), base_url="http://service"
    )
    return Calls(http, Tokens.fixed("t"), PATIENCE, told.append)


def busy(retry_after: int) -> httpx.Response:
    return httpx.Response(503, headers={"Retry-After": str(retry_after)}, text="busy")


async def test_a_long_wait_is_told_once_for_all_calls_that_wait() -> None:
    told: list[str] = []
    calls = calls_answered(busy(60), busy(60), told=told)
    waiting = [asyncio.create_task(calls.ask(Call("GET", "/files"))) for _ in range(2)]
    _, still = await asyncio.wait(waiting, timeout=0.05)
    assert len(still) == 2
    for each in waiting:
        each.cancel()
    assert told == ["Waiting: the last answer was 503: busy"]


async def test_a_wait_that_lasts_is_told_again(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    waits = trials.Trials(PATIENCE, told.append)
    waits.tell_of_wait("a")
    waits.tell_of_wait("a")
    monkeypatch.setattr(trials, "TOLD_AGAIN_SECONDS", 0.0)
    waits.tell_of_wait("b")
    assert told == ["Waiting: a", "Waiting: b"]


async def test_a_moment_is_not_told() -> None:
    told: list[str] = []
    calls = calls_answered(busy(0), busy(0), httpx.Response(200), told=told)
    await calls.ask(Call("GET", "/files"))
    assert told == []
