"""Two calls meet on one upload, held where it hurts: both get a true answer, and never a 500."""

import asyncio
import base64

import pytest

from tests.machine.acts import Complete, SendChunk, perform
from tests.machine.model import Shape
from tests.machine.verdicts import problem_of
from tests.service.recovery.conftest import OpenScene
from tests.service.recovery.scene import BOUND, MULTIPART, ONE_PUT, Scene

MANY = 10


class Hashed(Shape):
    """Of another file than is sent: nothing comes of it where it is compared."""

    @property
    def members(self) -> dict[str, object]:
        return super().members | {"checksum": "sha256:" + base64.b64encode(bytes(32)).decode()}


@pytest.mark.survives(
    "Chunks: one is sent twice, and the upload is aborted before the second is recorded", "410"
)
async def test_who_comes_second_after_an_abort_is_told_of_the_abort(scene: Scene) -> None:
    known = await scene.begin()
    body = await scene.hold(known, 0)
    await scene.send(known, [0], at=1)
    assert (await scene.abort(known)).status_code == 200
    assert problem_of(await body.let_go()) == "gone"


@pytest.mark.survives(
    "Chunks: the same twenty times at once, on two replicas", "one chunk, equal answers"
)
async def test_one_chunk_sent_to_two_replicas_at_once_is_one(scene: Scene) -> None:
    known = await scene.begin(BOUND)
    acts = [SendChunk(known, 0, number % 2) for number in range(2 * MANY)]
    answers = [answer for answer in await perform(scene.world, acts) if answer is not None]
    repeated = [answer.json()["data"]["repeated"] for answer in answers]
    assert sorted(repeated) == [False] + [True] * (2 * MANY - 1)


@pytest.mark.survives(
    "Completion: asked for fifty times at once, on two replicas",
    "one object, one event, equal answers",
)
@pytest.mark.parametrize("shape", [ONE_PUT, MULTIPART])
async def test_fifty_completions_on_two_replicas_are_one(scene: Scene, shape: Shape) -> None:
    known = await scene.begin(shape)
    await scene.send(known)
    answers = await perform(scene.world, [Complete(known, number % 2) for number in range(50)])
    assert {answer.status_code for answer in answers if answer is not None} == {200}
    assert await scene.events(known) == ["upload.completed"]


@pytest.mark.survives(
    "Completion: an abort comes before it, in the midst of it, or after it",
    "the first wins, the other is told so",
)
@pytest.mark.parametrize(
    ("step", "is_aborted"),
    [
        ("closing.begin_completing", True),
        ("store.complete_multipart", False),
        ("ending.end", False),
    ],
)
async def test_an_abort_beside_a_completion(
    opened: OpenScene, step: str, *, is_aborted: bool
) -> None:
    """One instance, so that no other takes the step meanwhile."""
    async with opened(1) as scene:
        known = await scene.begin()
        await scene.send(known)
        await scene.world.rest()
        held = scene.first.steps.hold(step)
        completing = asyncio.create_task(scene.complete(known))
        await held.reached.wait()
        aborted = await scene.abort(known)
        held.let_go.set()
        completed = await completing
        if is_aborted:
            assert aborted.status_code == 200
            assert problem_of(completed) == "gone"
        else:
            assert problem_of(aborted) == "state-conflict"
            assert completed.status_code == 200


@pytest.mark.survives(
    "Completion: the upload is aborted while its SHA-256 is computed", "it is told so; no 500"
)
async def test_an_abort_while_the_whole_file_is_hashed(scene: Scene) -> None:
    known = await scene.begin(Hashed(BOUND.sizes, BOUND.chunk_size, declares_total=True))
    await scene.send(known)
    held = scene.first.steps.hold("spool.sha256")
    completing = asyncio.create_task(scene.complete(known, at=0))
    await held.reached.wait()
    assert (await scene.abort(known, at=1)).status_code == 200
    await scene.second.rest()
    assert await scene.spooled() == []
    held.let_go.set()
    assert problem_of(await completing) == "storage-unavailable"
    assert problem_of(await scene.complete(known)) == "gone"
