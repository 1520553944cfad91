"""Retention in a worker: its job marks and deletes, the owner sees it coming and may undo it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from tests.service.caller import Caller, problem_of
from tests.service.deployment import Deployment, Served
from tests.service.test_deleting_files import stored
from tests.service.waiting import until
from tests.service.working import working

LONG_AGO = "2020-01-01T00:00:00Z"
DELETED = "SELECT key FROM files WHERE deleted_at IS NOT NULL"


@pytest.fixture
async def served(own: Deployment) -> AsyncIterator[Served]:
    async with own.served():
        await until(lambda: own.fetch("SELECT FROM pgqueuer_schedules"), len)
    async with own.served(serve_with_worker="false") as served:
        yield served


@asynccontextmanager
async def hour_over(own: Deployment) -> AsyncIterator[None]:
    """A worker to whom everything on the schedule is due."""
    await own.fetch("UPDATE pgqueuer_schedules SET next_run = now()")
    settings = own.settings(retention_grace="1h", local_temp_chunk_path="/nonexistent/spool")
    async with working(settings):
        yield


async def shown(caller: Caller, key: str) -> dict[str, object]:
    return dict((await caller.client.get(f"/files/{key}")).json())


async def announced(caller: Caller, key: str) -> None:
    await until(lambda: shown(caller, key), lambda file: file["deletion_due_at"] is not None)


async def due(caller: Caller) -> str:
    key = await stored(caller)
    dated = await caller.client.patch(f"/files/{key}", json={"delete_after": LONG_AGO})
    assert dated.is_success
    return key


async def test_a_file_that_is_due_is_shown_so_and_goes_after_the_grace(
    own: Deployment, served: Served
) -> None:
    key = await due(served.caller)
    async with hour_over(own):
        await announced(served.caller, key)
    await own.pass_time(timedelta(hours=2))
    async with hour_over(own):
        await until(lambda: own.fetch(DELETED), len)
        (session,) = served.caller.sessions
        deleted = await own.main_service.told("file.deleted", session.id)
    assert deleted.verified()["data"]["reason"] == "retention"
    assert problem_of(await served.caller.client.get(f"/files/{key}"), 404) == "not-found"
    async with own.served():
        owed = "SELECT 1 FROM files WHERE removal_due_at IS NOT NULL"
        await until(lambda: own.fetch(owed), lambda rows: not rows)
    assert key not in own.bucket.keys()  # noqa: SIM118 - not a dict


async def test_its_owner_keeps_it_in_the_grace(own: Deployment, served: Served) -> None:
    caller = served.caller
    key, other = await due(caller), await due(caller)
    async with hour_over(own):
        for each in (key, other):
            await announced(caller, each)
    kept = await caller.client.patch(f"/files/{key}", json={"delete_after": "never"})
    assert kept.json()["deletion_due_at"] is None
    await own.pass_time(timedelta(hours=2))
    async with hour_over(own):
        ((deleted,),) = await until(lambda: own.fetch(DELETED), len)
    assert deleted == other
    assert (await shown(caller, key))["delete_after"] == "never"


@pytest.mark.survives(
    "Load: retention finds a file that is being downloaded", "It waits until the link has lapsed"
)
async def test_a_file_stays_while_a_link_to_it_can_be_used(own: Deployment, served: Served) -> None:
    caller = served.caller
    content, linked, other = [await due(caller) for _ in range(3)]
    async with hour_over(own):
        for each in (content, linked, other):
            await announced(caller, each)
    await own.pass_time(timedelta(hours=2))
    assert (await caller.client.get(f"/files/{content}/content")).status_code == 307
    assert (await caller.client.post("/download-url", json={"file_key": linked})).is_success
    async with hour_over(own):
        deleted = await until(lambda: own.fetch(DELETED), len)
    assert [key for (key,) in deleted] == [other]
    await own.pass_time(timedelta(hours=3))
    async with hour_over(own):
        await until(lambda: own.fetch(DELETED), lambda rows: len(rows) == 3)
