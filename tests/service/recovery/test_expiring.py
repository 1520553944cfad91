"""An upload without progress ends at its deadline and is told of; progress moves the deadline."""

from datetime import timedelta

import pytest

from tests.machine.verdicts import problem_of
from tests.service.recovery.conftest import OpenScene
from tests.service.recovery.scene import BOUND, MULTIPART, Scene, in_one_spool

TTL = timedelta(hours=3)
NEARLY = TTL - timedelta(minutes=10)
A_LITTLE = timedelta(minutes=20)


async def expire(scene: Scene, after: timedelta) -> None:
    await scene.world.pass_time(after)
    await scene.first.work(scene.first.use_cases.expire())


@pytest.mark.survives(
    "an upload is abandoned", "it expires: event, clean spool, no multipart upload"
)
async def test_an_expired_upload_leaves_nothing_and_is_told_of(scene: Scene) -> None:
    known = await scene.begin(MULTIPART)
    await scene.send(known, [0])
    kept = await scene.begin(in_one_spool(BOUND))
    await scene.send(kept, [0, 1])
    await scene.world.rest()
    await expire(scene, NEARLY)
    assert {await scene.state(known), await scene.state(kept)} == {"open"}
    await expire(scene, A_LITTLE)
    await scene.world.rest()
    for each in (known, kept):
        assert await scene.events(each) == ["upload.expired"]
        assert problem_of(await scene.put(each, 1)) == "gone"
        assert problem_of(await scene.complete(each)) == "gone"
    assert scene.world.double.multiparts(scene.world.bucket) == []
    assert await scene.spooled() == []


async def test_progress_moves_the_deadline_up_to_the_greatest_age(scene: Scene) -> None:
    known = await scene.begin(BOUND)
    for index in range(3):
        await expire(scene, NEARLY)
        await scene.send(known, [index])
    assert await scene.state(known) == "open"
    await scene.world.site.pool.execute(
        "UPDATE uploads SET expiry_limit = expires_at - interval '1 hour' WHERE id = $1", known.id
    )
    await scene.send(known, [3])
    await expire(scene, timedelta(hours=2) + A_LITTLE)
    assert await scene.state(known) == "expired"


async def test_a_repeat_is_no_progress(scene: Scene) -> None:
    known = await scene.begin(BOUND)
    await scene.send(known, [0])
    await scene.world.pass_time(NEARLY)
    await scene.send(known, [0])
    await expire(scene, A_LITTLE)
    assert await scene.state(known) == "expired"


@pytest.mark.survives("the spool is full for hours", "uploads that were refused room do not expire")
async def test_time_without_room_does_not_count(opened: OpenScene) -> None:
    async with opened(1, spool_max_bytes=40) as scene:
        await scene.keep_from_the_store()
        holder = await scene.begin(BOUND)
        await scene.send(holder, [0, 1])
        known = await scene.begin(BOUND)
        await scene.world.pass_time(NEARLY)
        assert problem_of(await scene.put(known, 2)) == "spool-full"
        await expire(scene, A_LITTLE)
        assert (await scene.state(holder), await scene.state(known)) == ("expired", "open")
        await expire(scene, TTL)
        assert await scene.state(known) == "expired"


async def test_an_upload_that_is_completing_does_not_expire(opened: OpenScene) -> None:
    async with opened(1, complete_wait=timedelta(seconds=0.1)) as scene:
        known = await scene.begin(BOUND)
        await scene.keep_from_the_store()
        await scene.send(known)
        assert problem_of(await scene.complete(known)) == "storage-unavailable"
        await expire(scene, timedelta(hours=40))
        assert await scene.state(known) == "completing"
