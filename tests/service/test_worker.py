"""`chunk-service worker` where there is no spool: it tells, expires, prunes, and stops in order."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from tests.doubles.receiver import receiving
from tests.service.deployment import Deployment
from tests.service.waiting import until
from tests.service.working import working


async def test_uploads_expire_and_are_told_by_a_worker_without_a_spool(
    own: Deployment, tmp_path: Path
) -> None:
    async with own.served(serve_with_worker="false") as served:
        session = await served.caller.begin(expires_in=60)
        await session.put(0, b"x")
    await own.pass_time(timedelta(minutes=2))
    nowhere = tmp_path / "no-spool-here"
    async with working(own.settings(local_temp_chunk_path=str(nowhere))):
        (notification,) = await own.main_service.told_of(session.id)
        query = "SELECT state FROM deliveries"
        await until(lambda: own.fetch(query), lambda rows: rows[0][0] == "delivered")
    assert notification.verified()["type"] == "upload.expired"
    assert not nowhere.exists()
    assert [row["state"] for row in await own.fetch("SELECT state FROM uploads")] == ["expired"]


_COPY_UPLOADS = """
    INSERT INTO uploads
    SELECT (jsonb_populate_record(u, jsonb_build_object('id', gen_random_uuid(), 'key', n))).*
    FROM uploads u, generate_series(1, 1500) AS n
"""
_LEFT = """
    SELECT (SELECT count(*) FROM uploads) AS uploads, (SELECT count(*) FROM events) AS events,
        (SELECT count(*) FROM delivery_attempts) AS attempts,
        (SELECT count(*) FROM spools WHERE forgotten_at IS NULL) AS spools
"""


async def test_what_is_over_is_forgotten_by_a_worker_without_a_spool(own: Deployment) -> None:
    async with own.served() as served:
        session = await served.caller.begin()
        await session.abort()
        told = "SELECT 1 FROM deliveries WHERE state = 'delivered'"
        await until(lambda: own.fetch(told), len)
    await own.fetch("UPDATE uploads SET cleanup_due_at = NULL")
    await own.fetch(_COPY_UPLOADS)
    await own.pass_time(timedelta(days=31))
    await own.fetch("UPDATE pgqueuer_schedules SET next_run = now()")
    async with working(own.settings(local_temp_chunk_path="/nonexistent/spool")):
        ((*left,),) = await until(lambda: own.fetch(_LEFT), lambda rows: not any(rows[0]))
    assert left == [0, 0, 0, 0]


@pytest.mark.survives(
    "A worker is told to stop while a receiver takes its time",
    "It waits for the answer and notes it, so that nothing is sent twice",
)
async def test_a_worker_that_is_stopped_waits_for_the_answer_and_notes_it(own: Deployment) -> None:
    with receiving(pause_seconds=1) as receiver:
        settings = {"main_service_callback_url": receiver.url, "serve_with_worker": "false"}
        async with own.served(**settings) as served:
            await (await served.caller.begin()).abort()
        nowhere = own.settings(**settings, local_temp_chunk_path="/nonexistent/spool")
        async with working(nowhere):
            await asyncio.to_thread(receiver.wait_for, len)
        assert len(receiver.got) == 1
    assert [row["state"] for row in await own.fetch("SELECT state FROM deliveries")] == [
        "delivered"
    ]
    assert await own.fetch("SELECT FROM pgqueuer") == []


async def test_what_was_left_without_a_job_is_told_at_the_workers_start(own: Deployment) -> None:
    async with own.served(serve_with_worker="false") as served:
        session = await served.caller.begin()
        await session.abort()
    await own.fetch("DELETE FROM pgqueuer")
    async with working(own.settings(local_temp_chunk_path="/nonexistent/spool")):
        await own.main_service.told_of(session.id)
