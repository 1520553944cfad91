"""No multipart upload stays open in the store: none that is owed an abort, and no orphan."""

from datetime import timedelta

import pytest

from tests.machine.acts import Abort, SendChunk
from tests.machine.steps import Failing
from tests.service.recovery.scene import Scene

REPEATED_AFTER = timedelta(minutes=30)


@pytest.mark.survives(
    "a process dies between an abort and its clean-up", "the next one cleans spool and store"
)
@pytest.mark.parametrize(
    "step", ["ending.end", "cleaning.owed", "store.list_multiparts", "store.abort_multipart"]
)
async def test_an_abort_that_is_owed_is_made_by_the_next_process(scene: Scene, step: str) -> None:
    known = await scene.begin()
    await scene.send(known, [0])
    await scene.world.rest()
    assert len(scene.world.double.multiparts(scene.world.bucket)) == 1
    failing = Failing.DIES_AFTER if step == "ending.end" else Failing.DIES_BEFORE
    await scene.dies(scene.first, failing, step)
    await scene.ask_in_vain(Abort(known, 0))
    await scene.go_on()
    assert await scene.state(known) == "aborted"
    assert scene.world.double.multiparts(scene.world.bucket) == []
    assert await scene.spooled() == []


@pytest.mark.survives(
    "a process dies between creating a multipart upload and its row",
    "the second pass of the clean-up finds it by its key and aborts it",
)
async def test_an_orphaned_multipart_upload_is_found_by_its_key(scene: Scene) -> None:
    known = await scene.begin()
    await scene.dies(scene.first, Failing.DIES_AFTER, "store.create_multipart")
    await scene.ask_in_vain(SendChunk(known, 0, 0))
    await scene.go_on()
    await scene.send(known)
    assert (await scene.complete(known)).status_code == 200
    await scene.world.rest()
    (orphan,) = scene.world.double.multiparts(scene.world.bucket)
    assert orphan.key == (await scene.row(known))["key"]
    await scene.go_on(REPEATED_AFTER)
    assert scene.world.double.multiparts(scene.world.bucket) == []


@pytest.mark.survives(
    "two processes create a multipart upload for one upload", "one stays, the other is aborted"
)
async def test_of_two_multipart_uploads_the_second_is_aborted_at_once(scene: Scene) -> None:
    known = await scene.begin()
    held = scene.first.steps.hold("relaying.set_multipart")
    await scene.send(known, [0], at=0)
    await held.reached.wait()
    await scene.send(known, [1], at=1)
    await scene.second.rest()
    assert len(scene.world.double.multiparts(scene.world.bucket)) == 2
    held.let_go.set()
    await scene.world.rest()
    (left,) = scene.world.double.multiparts(scene.world.bucket)
    assert left.id == (await scene.row(known))["mpu_id"]
    assert (await scene.status(known))["parts_relayed"] == 2


async def test_another_keys_multipart_upload_is_never_touched(scene: Scene) -> None:
    """Buckets are shared: even where a key begins like ours."""
    known = await scene.begin()
    other = await scene.begin()
    await scene.send(other, [0])
    await scene.world.rest()
    (theirs,) = scene.world.double.multiparts(scene.world.bucket)
    await scene.world.site.pool.execute(
        "UPDATE uploads SET key = left($1, -4) WHERE id = $2", theirs.key, known.id
    )
    assert (await scene.abort(known)).status_code == 200
    await scene.go_on(REPEATED_AFTER)
    assert scene.world.double.multiparts(scene.world.bucket) == [theirs]
