"""Several receivers: each with its own secrets and choice, none in another's way."""

import asyncio
import base64
import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest
from standardwebhooks import Webhook

from tests.doubles.http import Answer
from tests.doubles.listener import LOOPBACK
from tests.doubles.receiver import OK, Fault, ReceiverDouble, always, receiving
from tests.service.caller import Caller, Session, problem_of
from tests.service.deployment import Deployment
from tests.service.waiting import until

OTHER_SECRET = "whsec_" + base64.b64encode(b"o" * 32).decode()
_UNTIL_THE_NEXT_ATTEMPT = timedelta(seconds=10)


@pytest.fixture
def others() -> Iterator[list[ReceiverDouble]]:
    with ExitStack() as stack:
        yield [stack.enter_context(receiving()) for _ in range(2)]


def endpoints(*urls: str, **members: object) -> str:
    return json.dumps(
        [
            {"name": f"other-{number}", "url": url, "secrets": [OTHER_SECRET], **members}
            for number, url in enumerate(urls)
        ]
    )


async def _stored(caller: Caller, **members: object) -> Session:
    session = await caller.begin(**members)
    await session.put(0, b"x")
    await session.stored(1)
    return session


async def _states(own: Deployment) -> list[tuple[str, str]]:
    query = "SELECT endpoint, state FROM deliveries ORDER BY endpoint"
    return [(row["endpoint"], row["state"]) for row in await own.fetch(query)]


async def test_every_receiver_gets_the_same_bytes_signed_for_it(
    own: Deployment, others: list[ReceiverDouble]
) -> None:
    configured = endpoints(*(each.url for each in others))
    async with own.served(webhook_endpoints=configured) as served:
        session = await _stored(served.caller)
        (main,) = await own.main_service.told_of(session.id)
        for other in others:
            other.wait_for(len)
    for other in others:
        (got,) = other.got
        assert (got.body, got.id) == (main.body, main.headers["webhook-id"])
        Webhook(OTHER_SECRET).verify(got.body, dict(got.headers))


async def test_who_chose_types_is_told_of_those_only(
    own: Deployment, others: list[ReceiverDouble]
) -> None:
    configured = endpoints(others[0].url, events=["upload.aborted"])
    async with own.served(webhook_endpoints=configured) as served:
        stored = await _stored(served.caller)
        await own.main_service.told_of(stored.id)
        aborted = await served.caller.begin()
        await aborted.abort()
        others[0].wait_for(len)
    assert [json.loads(got.body)["type"] for got in others[0].got] == ["upload.aborted"]


@pytest.mark.survives(
    "One receiver of several hangs", "The others are told at once; it is told when it answers"
)
async def test_a_receiver_that_hangs_delays_no_other(
    own: Deployment, others: list[ReceiverDouble]
) -> None:
    others[0].decide = always(Fault.HANG)
    configured = endpoints(*(each.url for each in others))
    settings = {"webhook_endpoints": configured, "webhook_timeout": "3s"}
    async with own.served(webhook_concurrency="1", **settings) as served:
        sessions = [await _stored(served.caller) for _ in range(5)]
        for session in sessions:
            await own.main_service.told_of(session.id)
        others[1].wait_for(lambda got: len(got) == 5, seconds=2)
        assert len(others[0].got) == 1


@pytest.mark.survives("A receiver answers 410", "Nothing more is sent until it is enabled again")
async def test_410_stops_all_calls_until_an_operator_enables_the_receiver(
    own: Deployment, others: list[ReceiverDouble]
) -> None:
    gone = others[0]
    gone.decide = always(Answer(410))
    async with own.served(webhook_endpoints=endpoints(gone.url)) as served:
        first = await _stored(served.caller)
        query = "SELECT 1 FROM disabled_endpoints WHERE endpoint = 'other-0'"
        await until(lambda: own.fetch(query), len)
        second = await _stored(served.caller)
        await own.main_service.told_of(second.id)
        await own.pass_time(_UNTIL_THE_NEXT_ATTEMPT)
        gone.decide = always(OK)
        answer = await served.admin.post("/admin/endpoints/other-0/enable")
        assert answer.json() == {"woken": 2}
        gone.wait_for(lambda got: len(got) == 3)
        await until(
            lambda: _states(own), lambda states: {"pending"}.isdisjoint(dict(states).values())
        )
    assert {first.id, second.id} == {
        json.loads(got.body)["data"]["upload_session_id"] for got in gone.got
    }


async def test_a_caller_may_name_a_target_only_where_that_is_allowed(own: Deployment) -> None:
    url = "https://hooks.example.com/x"
    async with own.served() as served:
        refused = await served.caller.init(callback_url=url)
        assert problem_of(refused, 422) == "validation-failed"
    allowed = {"webhook_allowed_hosts": "hooks.example.com localhost"}
    async with own.served(**allowed, webhook_callback_secret=OTHER_SECRET) as served:
        for other in ("https://evil.example/", "http://hooks.example.com/", "nonsense", ""):
            refused = await served.caller.init(callback_url=other)
            assert problem_of(refused, 422) == "validation-failed"
        session = await served.caller.begin(callback_url=url)
        await session.abort()
    assert ("callback:hooks.example.com", "pending") in await _states(own)


async def test_an_allowed_name_that_leads_inside_is_not_called(own: Deployment) -> None:
    called: list[object] = []
    inside = await asyncio.start_server(lambda *connection: called.append(connection), LOOPBACK, 0)
    host = f"localhost:{inside.sockets[0].getsockname()[1]}"
    settings = {"webhook_allowed_hosts": host, "webhook_callback_secret": OTHER_SECRET}
    async with inside, own.served(**settings) as served:
        session = await served.caller.begin(callback_url=f"https://{host}/x")
        await session.abort()
        query = "SELECT a.error FROM delivery_attempts a JOIN deliveries d ON d.id = a.delivery_id "
        query += "WHERE d.endpoint LIKE 'callback:%' AND a.duration_ms IS NOT NULL"
        ((error,),) = await until(lambda: own.fetch(query), len)
    assert error == "ConnectError"
    assert called == []
