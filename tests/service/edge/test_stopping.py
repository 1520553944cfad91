"""A stop is told at once, waits a bounded while for what is in work, and leaves nothing behind."""

import dataclasses
import os
import signal
import time
from datetime import timedelta

import httpx
import pytest

from tests.doubles.s3.double import S3Double
from tests.doubles.s3.faults import delayed
from tests.fixtures.stores import StoreServer
from tests.service.bucket import Bucket
from tests.service.caller import Caller, Session, client_of, data_of, problem_of
from tests.service.content import PART_BYTES
from tests.service.deployment import Deployment
from tests.service.processes import Program, program
from tests.service.raw import RawConnection, connected, head
from tests.service.tokens import token
from tests.service.waiting import until

STOP = signal.SIGTERM
_GRACE_SECONDS = 2.0
_LEASES = "SELECT count(*) FROM parts WHERE lease_until > service_now()"
_RESERVATIONS = "SELECT count(*) FROM reservations"

one_or_two = pytest.mark.parametrize("workers", ["1", "2"])


async def _begin_put(connection: RawConnection, session: Session) -> None:
    """The head of a PUT of three bytes, and the first of them."""
    headers = {"Authorization": f"Bearer {token('alice')}", "Content-Length": "3"}
    await connection.say(head("PUT", f"/upload/{session.id}/chunks/0", headers) + b"a")


async def _in_work(own: Deployment, count: int) -> None:
    await until(lambda: own.fetch(_RESERVATIONS), lambda rows: rows[0][0] == count)


async def _asked_anew(served: Program, method: str, path: str, status: int) -> httpx.Response:
    """The answer over a new connection, once the stop has reached every process."""

    async def ask() -> httpx.Response:
        async with client_of(served.url, token("alice")) as client:
            return await client.request(method, path)

    return await until(ask, lambda answer: answer.status_code == status)


@one_or_two
@pytest.mark.survives(
    "Process: SIGTERM while clients send, one of them stalled",
    "not ready at once, nothing begun, what ends within the grace is taken, the rest is a 503",
)
async def test_a_stop_waits_for_who_is_in_work_and_not_for_who_stalls(
    own: Deployment, workers: str
) -> None:
    grace = f"{_GRACE_SECONDS}s"
    with program(own, "serve", "--workers", workers, shutdown_grace=grace) as served:
        await served.serves()
        async with (
            client_of(served.url, token("alice")) as client,
            connected(served.port) as going_on,
            connected(served.port) as stalled,
        ):
            session, other = [await Caller(client).begin() for _ in range(2)]
            await _begin_put(going_on, session)
            await _begin_put(stalled, other)
            await _in_work(own, 2)
            served.send(STOP)
            began = time.monotonic()
            ready = await _asked_anew(served, "GET", "/health/ready", 503)
            assert ready.json()["stopping"]
            refused = await _asked_anew(served, "POST", "/upload/init", 503)
            assert problem_of(refused, 503) == "shutting-down"
            await going_on.say(b"bc")
            assert (await going_on.answer()).status == 200
            answer = await stalled.answer()
            assert (answer.status, answer.problem) == (503, "shutting-down")
        assert await served.ended() == 0
        assert time.monotonic() - began < _GRACE_SECONDS + 10
        assert "Traceback" not in served.log.read_text()
    assert len(own.spooled_files()) == 1
    await _in_work(own, 0)


@one_or_two
@pytest.mark.survives("Process: a second SIGTERM", "it ends at once")
async def test_a_second_stop_does_not_wait(own: Deployment, workers: str) -> None:
    with program(own, "serve", "--workers", workers, shutdown_grace="60s") as served:
        await served.serves()
        async with client_of(served.url, token("alice")) as client, connected(served.port) as put:
            await _begin_put(put, await Caller(client).begin())
            await _in_work(own, 1)
            served.send(STOP)
            await served.logs("stopping")
            served.send(STOP)
            assert await served.ended() == 128 + STOP


async def test_processes_that_die_are_replaced_and_follow_their_parent(own: Deployment) -> None:
    with program(own, "serve", "--workers", "2") as served:
        await served.serves()
        first, _ = await _pids(served, "Started", 2)
        os.kill(first, signal.SIGKILL)
        _, *alive = await _pids(served, "Started", 3)
        await served.serves()
        served.send(signal.SIGKILL)
        assert set(await _pids(served, "Finished", 2)) == set(alive)


async def _pids(served: Program, what: str, count: int) -> list[int]:
    """Of the server processes that have started or finished, in that order."""
    beginning = f"{what} server process ["

    async def told() -> list[int]:
        lines = [event for event in served.events() if event.startswith(beginning)]
        return [int(line.removeprefix(beginning).rstrip("]")) for line in lines]

    return await until(told, lambda pids: len(pids) == count)


async def _relay_is_owed(own: Deployment, silent_store: str) -> None:
    """Two windows lie in the spool, and whoever held them is gone for good."""
    async with own.served(s3_endpoint_url=silent_store) as first:
        session = await first.caller.begin(chunk_size=PART_BYTES)
        for index in range(2):
            data_of(await session.put(index, b"x" * PART_BYTES))
        await _relaying(own)
        first.service.break_off()
    await own.pass_time(timedelta(minutes=5))


async def _relaying(own: Deployment) -> None:
    await until(lambda: own.fetch(_LEASES), lambda rows: rows[0][0] > 0)


@pytest.mark.survives("Process: SIGTERM while it relays", "the claims are given back")
@pytest.mark.parametrize("command", ["serve", "worker"])
async def test_a_stop_gives_claims_back(own: Deployment, silent_store: str, command: str) -> None:
    await _relay_is_owed(own, silent_store)
    with program(own, command, s3_endpoint_url=silent_store, shutdown_grace="1s") as second:
        await _relaying(own)
        second.send(STOP)
        assert await second.ended() == 0
        assert "Traceback" not in second.log.read_text()
    assert (await own.fetch(_LEASES))[0][0] == 0


@pytest.mark.survives("Process: SIGTERM while a part is on its way", "it is sent, and noted")
async def test_a_stop_lets_a_part_arrive(own: Deployment, s3_double: S3Double) -> None:
    bucket = Bucket.made(StoreServer(s3_double.endpoint_url), own.bucket.name)
    slow = dataclasses.replace(own, bucket=bucket)
    s3_double.fail("UploadPart", delayed(1), times=None)
    with program(slow, "serve") as served:
        await served.serves()
        async with client_of(served.url, token("alice")) as client:
            session = await Caller(client).begin(chunk_size=PART_BYTES)
            data_of(await session.put(1, b"x" * PART_BYTES))
        await _relaying(own)
        served.send(STOP)
        assert await served.ended() == 0
    (sent,) = await own.fetch("SELECT count(*) AS parts FROM parts WHERE etag IS NOT NULL")
    assert sent["parts"] == s3_double.ledger.count("UploadPart") == 1


async def test_a_second_stop_ends_a_worker_at_once(own: Deployment, silent_store: str) -> None:
    await _relay_is_owed(own, silent_store)
    with program(own, "worker", s3_endpoint_url=silent_store, shutdown_grace="60s") as worker:
        await _relaying(own)
        worker.send(STOP)
        await worker.logs("worker stopping")
        worker.send(STOP)
        assert await worker.ended() == 128 + STOP
