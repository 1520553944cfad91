"""A window is sent by one process at a time, unless that one died; a late one changes nothing."""

import pytest

from tests.machine.steps import Failing
from tests.service.recovery.scene import LEASES_LAPSE, Scene


@pytest.mark.survives("a process dies over a part", "another sends it once the lease has lapsed")
async def test_a_window_is_taken_over_when_its_lease_has_lapsed_and_not_before(
    scene: Scene,
) -> None:
    known = await scene.begin()
    await scene.dies(scene.first, Failing.DIES_BEFORE, "store.upload_part")
    await scene.send(known, [0], at=0)
    await scene.world.bury()
    await scene.look(scene.second)
    assert (await scene.status(known, at=1))["parts_relayed"] == 0
    await scene.world.pass_time(LEASES_LAPSE)
    await scene.look(scene.second)
    assert (await scene.status(known, at=1))["parts_relayed"] == 1


@pytest.mark.survives(
    "a sender stopped until its part, or the whole upload, was done by another",
    "it changes nothing when it wakes up",
)
@pytest.mark.parametrize("step", ["store.upload_part", "relaying.note_etag"])
async def test_a_sender_that_wakes_up_when_all_is_done_changes_nothing(
    scene: Scene, step: str
) -> None:
    known = await scene.begin()
    held = scene.first.steps.hold(step)
    await scene.put(known, 0, at=0)
    await held.reached.wait()
    await scene.world.pass_time(LEASES_LAPSE)
    await scene.send(known, [1, 2], at=1)
    await scene.look(scene.second)
    assert (await scene.complete(known, at=1)).status_code == 200
    before = (await scene.world.rows()).parts
    held.let_go.set()
    await scene.world.check()
    assert (await scene.world.rows()).parts == before
    assert await scene.events(known) == ["upload.completed"]


@pytest.mark.survives(
    "an ETag comes in for a multipart upload that was replaced meanwhile", "it is not committed"
)
async def test_an_etag_of_a_replaced_multipart_upload_is_not_committed(scene: Scene) -> None:
    known = await scene.begin()
    held = scene.first.steps.hold("relaying.note_etag")
    await scene.put(known, 0, at=0)
    await held.reached.wait()
    key = (await scene.row(known))["key"]
    assert scene.world.double.forget_multiparts(scene.world.bucket, key) == 1
    await scene.send(known, [1], at=1)
    await scene.second.rest()
    held.let_go.set()
    await scene.world.check()
    assert scene.world.double.ledger.count("UploadPart", result="404") == 1
    await scene.go_on()
    await scene.send(known, [2])
    assert (await scene.complete(known)).status_code == 200
