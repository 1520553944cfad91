"""Room is booked before bytes come: however many ask at once, no limit is ever passed."""

import asyncio
from datetime import timedelta

import pytest

from tests.machine.acts import SendChunk, begin, perform
from tests.machine.instance import answer_of
from tests.machine.model import Known, Shape
from tests.machine.verdicts import problem_of
from tests.service.recovery.conftest import OpenScene
from tests.service.recovery.scene import BOUND, MULTIPART, HeldBody, Scene, in_one_spool

MANY = 20
A_CHUNK = 16


async def hold_many(scene: Scene, uploads: list[Known]) -> list[HeldBody]:
    """A body of each, on both instances in turn, all at once."""
    held = [scene.hold(known, 0, at=number % 2) for number, known in enumerate(uploads)]
    return await asyncio.gather(*held)


async def booked_bytes(scene: Scene) -> int:
    rows = await scene.world.rows()
    return sum(row["size_bytes"] for row in rows.reservations)


async def outcomes(bodies: list[HeldBody]) -> list[str]:
    answers = [await body.let_go() for body in bodies]
    return ["taken" if answer.status_code == 200 else problem_of(answer) for answer in answers]


@pytest.mark.survives(
    "20 chunks ask for room at once, on two replicas", "the spool's limit is never passed"
)
async def test_bookings_at_once_never_pass_the_spools_limit(opened: OpenScene) -> None:
    room = 5 * A_CHUNK
    async with opened(2, spool_max_bytes=room, max_open_uploads_per_owner=MANY) as scene:
        uploads = [
            await scene.begin(Shape(sizes=(A_CHUNK,), chunk_size=A_CHUNK)) for _ in range(MANY)
        ]
        bodies = await hold_many(scene, uploads)
        assert await booked_bytes(scene) == room
        ends = await outcomes(bodies)
        assert sorted(set(ends)) == ["spool-full", "taken"]
        assert ends.count("taken") == 5


@pytest.mark.survives(
    "20 chunks at once against a quota, on two replicas", "the owner's quota is never passed"
)
async def test_bookings_at_once_never_pass_an_owners_quota(opened: OpenScene) -> None:
    quota = 7 * A_CHUNK
    async with opened(2, quota_bytes_per_owner=quota, max_open_uploads_per_owner=MANY) as scene:
        uploads = [
            await scene.begin(Shape(sizes=(A_CHUNK,), chunk_size=A_CHUNK)) for _ in range(MANY)
        ]
        bodies = await hold_many(scene, uploads)
        assert await booked_bytes(scene) == quota
        ends = await outcomes(bodies)
        assert sorted(set(ends)) == ["quota-exceeded", "taken"]
        assert ends.count("taken") == 7


async def test_beginnings_at_once_never_pass_the_number_of_open_uploads(scene: Scene) -> None:
    keys = [f"key-{number}" for number in range(MANY)]
    scene.world.model.begun.update(dict.fromkeys(keys, MULTIPART))
    await asyncio.gather(*(begin(scene.world, key, number % 2) for number, key in enumerate(keys)))
    assert len(scene.world.model.uploads) == 4
    assert len((await scene.world.rows()).uploads) == 4
    for known in scene.world.model.uploads:
        await scene.abort(known)


async def test_a_last_chunk_that_comes_first_books_the_whole_file(opened: OpenScene) -> None:
    """It fixes the total, and from then on the total counts against the quota."""
    async with opened(1, quota_bytes_per_owner=40) as scene:
        known = await scene.begin(Shape(sizes=(16, 16, 16, 16, 3), chunk_size=16))
        refused = await scene.put(known, 4)
        assert problem_of(refused) == "quota-exceeded"
        await scene.world.check()
        await scene.abort(known)


async def test_an_upload_that_is_kept_is_paid_for_when_it_begins(opened: OpenScene) -> None:
    async with opened(2, spool_max_bytes=80) as scene:
        kept = await scene.begin(in_one_spool(BOUND))
        assert await booked_bytes(scene) == len(kept.content) == 35
        refused = in_one_spool(MULTIPART)
        scene.world.model.begun["too-much"] = refused
        await begin(scene.world, "too-much", 1)
        assert scene.world.model.begun["too-much"] is refused
        others = await scene.begin(Shape(sizes=(9, 9, 9), chunk_size=9))
        assert problem_of(await scene.put(others, 1)) == "spool-full"
        await scene.send(kept)
        assert await booked_bytes(scene) == 0
        assert len(await scene.spooled()) == len(kept.chunks)
        assert (await scene.complete(kept)).status_code == 200
        await scene.world.rest()
        await scene.send(others)


@pytest.mark.survives(
    "the disk is full in mid-body",
    "507, the partial file goes at once, others go on when there is room",
)
async def test_a_full_disk_leaves_nothing_half_written(scene: Scene) -> None:
    known, other = await scene.begin(), await scene.begin()
    scene.world.disk.room_bytes = 20
    answers = await perform(scene.world, [SendChunk(known, 0, 0), SendChunk(other, 0, 1)])
    statuses = sorted(answer.status_code for answer in answers if answer is not None)
    assert statuses == [200, 507]
    await scene.world.rest()
    assert await scene.spooled() == []
    assert await booked_bytes(scene) == 0
    scene.world.disk.room_bytes = None
    await scene.send(known)
    await scene.send(other)


@pytest.mark.survives("fsync fails", "the chunk is not acknowledged, and the sync is not repeated")
async def test_a_chunk_that_could_not_be_synced_is_not_acknowledged(scene: Scene) -> None:
    known = await scene.begin()
    scene.world.disk.fails_to_sync = True
    answer = await scene.put(known, 0)
    assert problem_of(answer) == "storage-unavailable"
    assert await scene.spooled() == []
    assert (await scene.status(known))["received_chunks"] == []


@pytest.mark.survives("the power fails", "what was acknowledged is there, in whole chunks")
async def test_what_was_acknowledged_survives_a_power_cut(scene: Scene) -> None:
    known = await scene.begin(in_one_spool(BOUND))
    await scene.send(known, [0, 1, 2])
    body = await scene.hold(known, 3)
    scene.world.power_fails_too = True
    scene.second.steps.die()
    await scene.go_on(timedelta(hours=2))
    assert await answer_of(body.request) is None
    assert (await scene.status(known))["received_chunks"] == ["0-2"]
    assert len(await scene.spooled()) == 3
