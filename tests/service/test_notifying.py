"""The main service is told until it says that it heard, always with the same words."""

import json
from datetime import timedelta

import pytest

from tests.service.caller import Caller, Session
from tests.service.deployment import Deployment
from tests.service.main_service import Notification
from tests.service.waiting import until

_UNTIL_THE_NEXT_ATTEMPT = timedelta(seconds=10)


async def _stored(caller: Caller) -> Session:
    session = await caller.begin()
    await session.put(0, b"x")
    await session.stored(1)
    return session


async def _attempted(own: Deployment, times: int) -> None:
    """Wait until that many attempts came to an end."""
    query = "SELECT count(*) FROM delivery_attempts WHERE duration_ms IS NOT NULL"
    await until(lambda: own.fetch(query), lambda rows: rows[0][0] == times)


def _is_one_event(first: Notification, second: Notification) -> bool:
    return (
        first.verified() == second.verified()
        and first.body == second.body
        and first.headers["webhook-id"] == second.headers["webhook-id"]
    )


@pytest.mark.parametrize("refusal", [500, 429, 302])
async def test_a_receiver_that_fails_is_told_again_the_same(own: Deployment, refusal: int) -> None:
    own.main_service.refusals.append(refusal)
    async with own.served() as served:
        session = await _stored(served.caller)
        await _attempted(own, 1)
        await own.pass_time(_UNTIL_THE_NEXT_ATTEMPT)
        first, second = await own.main_service.told_of(session.id, times=2)
        await _attempted(own, 2)
    assert (first.answered, second.answered) == (refusal, 204)
    assert _is_one_event(first, second)


async def test_what_could_not_be_told_is_told_after_a_restart(own: Deployment) -> None:
    own.main_service.refusals.append(503)
    async with own.served() as served:
        session = await _stored(served.caller)
        await _attempted(own, 1)
    await own.pass_time(_UNTIL_THE_NEXT_ATTEMPT)
    async with own.served():
        first, second = await own.main_service.told_of(session.id, times=2)
        await _attempted(own, 2)
    assert _is_one_event(first, second)


async def test_without_an_address_nothing_is_sent_and_the_log_says_so_once(
    own: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    async with own.served(main_service_callback_url=None, webhook_secret=None) as served:
        for _ in range(2):
            await _stored(served.caller)
    assert own.main_service.got == []
    assert (await own.fetch("SELECT count(*) FROM events"))[0][0] == 2
    assert (await own.fetch("SELECT count(*) FROM deliveries"))[0][0] == 0
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert sum("MAIN_SERVICE_CALLBACK_URL" in line["event"] for line in lines) == 1
