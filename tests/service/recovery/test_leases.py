"""A window is sent by one process at a time, unless that one died; a late one changes nothing.

A chunk of MULTIPART is a whole window, claimed as it is recorded; of BOUND two make one, which is
claimed by a statement of its own.
"""

import asyncio
from dataclasses import replace

import pytest

from tests.machine.acts import SendChunk
from tests.machine.steps import Failing
from tests.service.recovery.scene import BOUND, LEASES_LAPSE, Scene
from tests.service.waiting import until


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
    "a process dies at any step of relaying a part", "another goes on; the object is whole, once"
)
@pytest.mark.parametrize("failing", [Failing.DIES_BEFORE, Failing.DIES_AFTER])
@pytest.mark.parametrize(
    "step",
    [
        "receiving.record",
        "store.create_multipart",
        "relaying.set_multipart",
        "store.upload_part",
        "relaying.note_etags",
        "spool.recycle",
    ],
)
async def test_a_relay_that_died_anywhere_is_continued(
    scene: Scene, step: str, failing: Failing
) -> None:
    known = await scene.begin()
    await scene.dies(scene.first, failing, step)
    await scene.ask_in_vain(SendChunk(known, 0, 0))
    await scene.go_on()
    await scene.send(known)
    assert (await scene.complete(known)).status_code == 200


@pytest.mark.parametrize("failing", [Failing.DIES_BEFORE, Failing.DIES_AFTER])
async def test_a_relay_that_died_over_a_claim_is_continued(scene: Scene, failing: Failing) -> None:
    known = await scene.begin(BOUND)
    await scene.send(known, [0])
    await scene.dies(scene.first, failing, "relaying.claim")
    await scene.ask_in_vain(SendChunk(known, 1, 0))
    await scene.go_on()
    await scene.send(known)
    assert (await scene.complete(known)).status_code == 200


async def test_a_whole_window_is_sent_without_a_claim_of_its_own(scene: Scene) -> None:
    known = await scene.begin()
    held = scene.first.steps.hold("relaying.claim")
    await scene.send(known, [0, 1])
    await scene.first.rest()
    assert not held.reached.is_set()
    assert (await scene.status(known))["parts_relayed"] == 2
    held.let_go.set()


async def test_a_window_whose_client_left_as_it_was_recorded_is_sent(scene: Scene) -> None:
    known = await scene.begin()
    held = scene.first.steps.hold("receiving.record")
    request = SendChunk(known, 0, 0).ask(scene.world)
    await held.reached.wait()
    request.cancel()
    await asyncio.wait([request])
    held.let_go.set()
    await until(lambda: scene.status(known), lambda status: status["parts_relayed"] == 1)
    assert [part["attempts"] for part in (await scene.world.rows()).parts] == [1]


@pytest.mark.survives(
    "a sender stopped until its part, or the whole upload, was done by another",
    "it changes nothing when it wakes up",
)
@pytest.mark.parametrize("step", ["store.upload_part", "relaying.note_etags"])
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
    held = scene.first.steps.hold("relaying.note_etags")
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


@pytest.mark.survives(
    "the answer to the claim of a part is lost",
    "the claim is given back, and the part is sent without waiting for the lease to lapse",
)
async def test_a_claim_that_was_not_answered_is_given_back(scene: Scene) -> None:
    known = await scene.begin(BOUND)
    await scene.dies(scene.first, Failing.ANSWER_LOST, "relaying.claim")
    await scene.send(known, [0, 1])
    await until(lambda: scene.status(known), lambda status: status["parts_relayed"] == 1)
    assert [part["attempts"] for part in (await scene.world.rows()).parts] == [1]


@pytest.mark.survives(
    "the answer to the recording of a chunk is lost, with the claim of its part",
    "the claim is given back, and the part is sent without waiting for the lease to lapse",
)
async def test_a_claim_made_by_a_recording_that_was_not_answered_is_given_back(
    scene: Scene,
) -> None:
    known = await scene.begin()
    await scene.dies(scene.first, Failing.ANSWER_LOST, "receiving.record")
    await scene.send(known, [0])
    await until(lambda: scene.status(known), lambda status: status["parts_relayed"] == 1)
    assert [part["attempts"] for part in (await scene.world.rows()).parts] == [1]


async def test_the_first_window_goes_as_soon_as_the_object_outgrows_it(scene: Scene) -> None:
    known = await scene.begin(replace(BOUND, declares_total=False))
    await scene.send(known, [0, 1])
    await scene.world.rest()
    assert (await scene.status(known))["parts_relayed"] == 0
    await scene.send(known, [2])
    await scene.world.rest()
    assert (await scene.status(known))["parts_relayed"] == 1
