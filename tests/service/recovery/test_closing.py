"""An upload that is completing is finished by whoever is there, without being asked again."""

import pytest

from tests.machine.acts import Complete
from tests.machine.model import Shape
from tests.machine.steps import Failing
from tests.service.recovery.scene import MULTIPART, ONE_PUT, Scene

COMMON = (
    "closing.begin_completing",
    "closing.take",
    "closing.set_closing",
    "store.head",
    "ending.end",
    "closing.let_go",
)


@pytest.mark.survives(
    "a process dies at any step of completing",
    "another finishes: one object, one event, one answer",
)
@pytest.mark.parametrize("failing", [Failing.DIES_BEFORE, Failing.DIES_AFTER])
@pytest.mark.parametrize(
    ("shape", "step"),
    [(ONE_PUT, step) for step in (*COMMON, "store.put_object")]
    + [(MULTIPART, step) for step in (*COMMON, "store.complete_multipart", "reading.parts")],
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
