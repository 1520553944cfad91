"""The database goes away while a chunk is recorded: what is acknowledged is there, and its file.

Whether a commit took place is asked, and never guessed.
"""

import pytest

from tests.machine.steps import Failing
from tests.machine.verdicts import problem_of
from tests.service.recovery.scene import MULTIPART, Scene, in_one_spool


@pytest.mark.survives(
    "COMMIT of a chunk was sent, and its answer is lost",
    "it is found recorded, acknowledged, and its file is kept",
)
async def test_a_commit_without_an_answer_is_found_and_its_file_kept(scene: Scene) -> None:
    known = await scene.begin(in_one_spool(MULTIPART))
    await scene.dies(scene.first, Failing.ANSWER_LOST, "receiving.record")
    answer = await scene.put(known, 0)
    assert answer.status_code == 200, answer.text
    assert len(await scene.spooled()) == 1
    await scene.sweep(scene.second)
    assert (await scene.status(known))["received_chunks"] == ["0"]
    await scene.send(known)
    assert (await scene.complete(known)).status_code == 200


@pytest.mark.survives(
    "the database goes away before a chunk is recorded", "503; nothing is acknowledged or left"
)
async def test_a_chunk_that_was_surely_not_recorded_leaves_nothing(scene: Scene) -> None:
    known = await scene.begin(in_one_spool(MULTIPART))
    await scene.dies(scene.first, Failing.DATABASE_AWAY, "receiving.record")
    assert problem_of(await scene.put(known, 0)) == "database-unavailable"
    assert await scene.spooled() == []
    assert (await scene.world.rows()).reservations != []
    assert (await scene.status(known))["received_chunks"] == []
    await scene.send(known)


@pytest.mark.parametrize("failing", [Failing.ANSWER_LOST, Failing.DATABASE_AWAY])
async def test_a_missing_chunk_is_taken_back_once_whatever_is_answered(
    scene: Scene, failing: Failing
) -> None:
    known = await scene.begin(in_one_spool(MULTIPART))
    await scene.send(known, [0, 1])
    (name,) = [each for each in await scene.spooled() if f".{0}." in each]
    scene.world.disk.spoil(scene.world.spool / name, b"")
    known.excused.add(0)
    await scene.sweep(scene.second)
    await scene.dies(scene.first, failing, "receiving.retake")
    first = await scene.put(known, 0)
    assert (first.status_code == 200) is (failing is Failing.ANSWER_LOST)
    await scene.send(known)
    assert len(await scene.spooled()) == 3
    assert (await scene.complete(known)).status_code == 200
