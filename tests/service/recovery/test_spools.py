"""A spool that is away is unreachable, not lost; one that was given up is asked for again."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from chunk_service.adapters.spool.mark import SpoolIdentityError
from tests.machine.verdicts import problem_of
from tests.service.recovery.conftest import OpenScene
from tests.service.recovery.scene import BOUND, MULTIPART, Scene, in_one_spool

LOST_AFTER = timedelta(hours=1)


@pytest.fixture
async def volumes(opened: OpenScene, tmp_path: Path) -> AsyncIterator[Scene]:
    """Two instances, each with a spool of its own."""
    async with opened(1) as scene:
        second = await scene.world.start(local_temp_chunk_path=tmp_path / "other")
        scene.world.instances.append(second)
        yield scene


async def leave(scene: Scene) -> None:
    """The first volume is not mounted anywhere."""
    await scene.first.rest()
    scene.first.steps.die()
    await scene.world.bury()


@pytest.mark.survives(
    "the spool that has an upload's chunks is away", "503, and nothing is missing"
)
async def test_an_absent_spool_is_unreachable_and_not_lost(volumes: Scene) -> None:
    known = await volumes.begin(BOUND, at=0)
    await volumes.send(known, [0, 1, 2], at=0)
    await leave(volumes)
    refused = await volumes.put(known, 3, at=1)
    assert problem_of(refused) == "storage-unavailable"
    assert refused.headers["retry-after"] == "1"
    await volumes.sweep(volumes.second)
    await volumes.forget_spools(volumes.second)
    status = await volumes.status(known, at=1)
    assert (status["received_chunks"], status["missing_chunks"]) == (["0-2"], ["3-4"])
    await volumes.world.restart()
    await volumes.send(known, [3, 4], at=0)
    assert (await volumes.complete(known, at=1)).status_code == 200


async def test_completing_without_the_spool_waits_for_it(opened: OpenScene, tmp_path: Path) -> None:
    async with opened(1, complete_wait=timedelta(seconds=0.2)) as scene:
        second = await scene.world.start(local_temp_chunk_path=tmp_path / "other")
        scene.world.instances.append(second)
        known = await scene.begin(BOUND, at=0)
        await scene.keep_from_the_store()
        await scene.send(known, at=0)
        await leave(scene)
        scene.world.double.heal()
        answer = await scene.complete(known, at=1)
        assert problem_of(answer) == "storage-unavailable"
        assert await scene.state(known) == "completing"
        assert int(answer.headers["retry-after"]) > 0
        await scene.go_on()
        assert await scene.events(known) == ["upload.completed"]


@pytest.mark.survives(
    "a spool does not come back",
    "its chunks are asked for after SPOOL_LOST_AFTER, others take them",
)
async def test_a_spool_that_was_given_up_is_asked_for_again(volumes: Scene) -> None:
    known = await volumes.begin(BOUND, at=0)
    await volumes.keep_from_the_store()
    await volumes.send(known, [0, 1, 2], at=0)
    left_behind = [path for path in volumes.world.spool.iterdir() if known.id in path.name]
    await leave(volumes)
    volumes.world.double.heal()
    await volumes.world.pass_time(LOST_AFTER - timedelta(minutes=1))
    await volumes.forget_spools(volumes.second)
    assert (await volumes.status(known, at=1))["missing_chunks"] == ["3-4"]
    await volumes.world.pass_time(timedelta(minutes=2))
    await volumes.forget_spools(volumes.second)
    known.excused |= {0, 1, 2}
    assert (await volumes.status(known, at=1))["missing_chunks"] == ["0-4"]
    await volumes.send(known, at=1)
    assert (await volumes.complete(known, at=1)).status_code == 200
    assert all(path.exists() for path in left_behind)
    await volumes.world.restart()
    await volumes.sweep(volumes.first)
    assert not any(path.exists() for path in left_behind)


async def test_chunks_of_whole_windows_may_lie_in_several_spools(volumes: Scene) -> None:
    known = await volumes.begin(MULTIPART)
    for index in range(3):
        await volumes.send(known, [index], at=index % 2)
    assert (await volumes.complete(known, at=0)).status_code == 200


async def test_a_repeat_is_not_doubted_where_its_spool_is_not(volumes: Scene) -> None:
    known = await volumes.begin(in_one_spool(MULTIPART), at=0)
    await volumes.send(known, [0], at=0)
    answer = await volumes.put(known, 0, at=1)
    assert answer.json()["data"]["repeated"] is True
    assert (await volumes.status(known, at=1))["received_chunks"] == ["0"]


async def test_no_process_makes_another_spool_while_one_has_live_chunks(
    scene: Scene, tmp_path: Path
) -> None:
    known = await scene.begin(BOUND)
    await scene.send(known, [0])
    with pytest.raises(SpoolIdentityError, match="spool create"):
        await scene.world.start(local_temp_chunk_path=tmp_path / "empty")
