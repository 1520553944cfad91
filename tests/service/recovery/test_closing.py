"""An upload that is completing is finished by whoever is there, without being asked again."""

import asyncio

import pytest

from tests.machine.acts import Complete
from tests.machine.model import Shape
from tests.machine.steps import Ahead, Failing
from tests.service.recovery.conftest import OpenScene
from tests.service.recovery.scene import MULTIPART, ONE_PUT, Scene

COMMON = ("closing.begin_completing", "ending.end")
OF_PARTS = ("store.complete_multipart", "store.head")
TAKING_OVER = ("closing.take", "closing.set_closing", "store.head")


@pytest.mark.survives(
    "a process dies at any step of completing",
    "another finishes: one object, one event, one answer",
)
@pytest.mark.parametrize("failing", [Failing.DIES_BEFORE, Failing.DIES_AFTER])
@pytest.mark.parametrize(
    ("shape", "step"),
    [(ONE_PUT, step) for step in (*COMMON, "store.put_object")]
    + [(MULTIPART, step) for step in (*COMMON, *OF_PARTS)],
)
async def test_a_completion_that_died_anywhere_is_finished(
    scene: Scene, shape: Shape, step: str, failing: Failing
) -> None:
    known = await scene.begin(shape)
    await scene.send(known)
    await scene.world.rest()
    await scene.dies(scene.first, failing, step)
    await scene.ask_in_vain(Complete(known, 0))
    await scene.go_on()
    if (failing, step) != (Failing.DIES_BEFORE, "closing.begin_completing"):
        assert await scene.events(known) == ["upload.completed"]
    first, second = await scene.complete(known, at=0), await scene.complete(known, at=1)
    assert first.status_code == 200
    assert first.json() == second.json()
    assert await scene.events(known) == ["upload.completed"]


@pytest.mark.survives(
    "a process dies with an upload that it had begun to close, and so does who takes it over",
    "a third one finishes: one object, one event, one answer",
)
@pytest.mark.parametrize("failing", [Failing.DIES_BEFORE, Failing.DIES_AFTER])
@pytest.mark.parametrize(
    ("shape", "step"),
    [(ONE_PUT, step) for step in (*TAKING_OVER, "store.put_object")]
    + [
        (MULTIPART, step)
        for step in (*TAKING_OVER, "closing.sent_parts", "store.complete_multipart")
    ],
)
async def test_who_takes_over_may_die_as_well(
    scene: Scene, shape: Shape, step: str, failing: Failing
) -> None:
    known = await scene.begin(shape)
    await scene.send(known)
    await scene.world.rest()
    await scene.dies(scene.first, Failing.DIES_AFTER, "closing.begin_completing")
    await scene.ask_in_vain(Complete(known, 0))
    await scene.dies(scene.second, failing, step)
    await scene.go_on()
    await scene.go_on()
    assert await scene.events(known) == ["upload.completed"]
    assert (await scene.complete(known)).status_code == 200


@pytest.mark.survives(
    "a process dies as it closes an upload whose last part came after it was completed",
    "another finishes: one object, one event, one answer",
)
@pytest.mark.parametrize("failing", [Failing.DIES_BEFORE, Failing.DIES_AFTER])
@pytest.mark.parametrize("step", ["closing.take", "store.complete_multipart", "store.head"])
async def test_who_waited_for_the_last_part_may_die(
    opened: OpenScene, step: str, failing: Failing
) -> None:
    """One instance, so that no other takes the step meanwhile."""
    async with opened(1) as scene:
        known = await scene.begin(MULTIPART)
        sending = scene.first.steps.hold("store.upload_part")
        await scene.send(known)
        await sending.reached.wait()
        completing = asyncio.create_task(scene.ask_in_vain(Complete(known, 0)))
        while await scene.state(known) != "completing":  # noqa: ASYNC110 - rows tell nobody
            await asyncio.sleep(0.01)
        await scene.dies(scene.first, failing, step)
        sending.let_go.set()
        assert await completing is None
        await scene.go_on()
        assert await scene.events(known) == ["upload.completed"]
        assert (await scene.complete(known)).status_code == 200


@pytest.mark.survives(
    "Completion: the database's answer is lost when it begins",
    "the process lets go of it, and the repeated request is answered without a wait",
)
@pytest.mark.parametrize("shape", [ONE_PUT, MULTIPART])
async def test_a_lost_answer_leaves_nobody_waiting(scene: Scene, shape: Shape) -> None:
    known = await scene.begin(shape)
    await scene.send(known)
    await scene.world.rest()
    scene.first.steps.ahead = Ahead(Failing.ANSWER_LOST, at="closing.begin_completing")
    assert (await scene.ask(Complete(known, 0))).status_code == 503
    answer = await scene.complete(known, at=1)
    assert answer.status_code == 200, answer.text
    assert await scene.events(known) == ["upload.completed"]
