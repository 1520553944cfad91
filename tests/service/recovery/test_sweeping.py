"""Rows and the spool's folder are made to agree again, and nothing in flight is touched."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from tests.machine.acts import SendChunk
from tests.machine.model import Shape
from tests.machine.steps import Failing
from tests.machine.verdicts import Sending, problem_of
from tests.service.recovery.scene import BOUND, MULTIPART, Scene, in_one_spool
from tests.service.waiting import until

RESERVATIONS_LAPSE = timedelta(hours=2)


@pytest.mark.survives(
    "a body so slow that its reservation lapses", "it is refused, leaves nothing, and is taken anew"
)
async def test_a_writer_whose_reservation_was_reaped_gives_up(scene: Scene) -> None:
    known = await scene.begin()
    body = await scene.hold_in_spool(known, 0)
    assert len(await scene.spooled()) == 1
    await scene.world.pass_time(RESERVATIONS_LAPSE)
    await scene.sweep(scene.second)
    assert (await scene.world.rows()).reservations == []
    assert await scene.spooled() == []
    answer = await body.let_go()
    assert problem_of(answer) == "storage-unavailable"
    assert await scene.spooled() == []
    assert (await scene.status(known))["received_chunks"] == []
    await scene.send(known, [0])


async def test_a_file_whose_reservation_lives_is_left_alone(scene: Scene) -> None:
    known = await scene.begin()
    body = await scene.hold_in_spool(known, 0)
    await scene.sweep(scene.first)
    await scene.sweep(scene.second)
    assert (await body.let_go()).status_code == 200


@pytest.mark.survives(
    "a reservation lapses while its chunk is being recorded",
    "either the chunk is recorded or its file goes, never both",
)
async def test_a_writer_that_ends_while_its_file_is_being_reaped_is_not_acknowledged(
    scene: Scene,
) -> None:
    known = await scene.begin()
    body = await scene.hold_in_spool(known, 0)
    await scene.world.pass_time(RESERVATIONS_LAPSE)
    held = scene.second.steps.hold("spool.unlink")
    sweeping = asyncio.create_task(scene.sweep(scene.second))
    await held.reached.wait()
    answer = await body.let_go()
    held.let_go.set()
    await sweeping
    assert problem_of(answer) == "storage-unavailable"
    assert (await scene.status(known))["received_chunks"] == []
    assert await scene.spooled() == []


@pytest.mark.survives(
    "chunks come in the midst of a sweep", "the sweep touches none of them, at whatever step"
)
@pytest.mark.parametrize(
    "step",
    [
        "sweeping.reap_reservations",
        "sweeping.expected_files",
        "spool.file_sizes",
        "sweeping.named_files",
    ],
)
async def test_what_comes_in_the_midst_of_a_sweep_is_left_alone(scene: Scene, step: str) -> None:
    known = await scene.begin(in_one_spool(MULTIPART))
    held = scene.second.steps.hold(step)
    sweeping = asyncio.create_task(scene.sweep(scene.second))
    await held.reached.wait()
    await scene.send(known, [0])
    body = await scene.hold_in_spool(known, 1)
    held.let_go.set()
    await sweeping
    assert len(await scene.spooled()) == 2
    assert (await body.let_go()).status_code == 200
    assert (await scene.status(known))["received_chunks"] == ["0-1"]


@pytest.mark.survives("a process dies before a chunk is recorded", "its file goes with a sweep")
@pytest.mark.parametrize("step", ["writer.write", "writer.finish", "receiving.record"])
async def test_what_a_dead_writer_left_goes_with_its_reservation(scene: Scene, step: str) -> None:
    known = await scene.begin()
    await scene.dies(scene.first, Failing.DIES_BEFORE, step)
    answered = await scene.ask_in_vain(SendChunk(known, 0, 0))
    assert answered is None
    await scene.sweep(scene.second)
    assert len((await scene.world.rows()).reservations) == 1
    await scene.go_on(RESERVATIONS_LAPSE)
    assert (await scene.world.rows()).reservations == []
    assert await scene.spooled() == []


@pytest.mark.survives("a file that no row names", "a sweep removes it")
async def test_a_file_that_no_row_names_is_removed(scene: Scene) -> None:
    known = await scene.begin(in_one_spool(MULTIPART))
    await scene.send(known, [0])
    named = await scene.spooled()
    stray = scene.world.spool / f"{known.id}.1.{uuid4()}"
    stray.write_bytes(b"of an attempt that nobody remembers")
    report = await scene.second.use_cases.sweep.look()
    assert list(report.unnamed_files) == [stray.name]
    assert stray.exists()
    await scene.sweep(scene.second)
    assert await scene.spooled() == named


@pytest.mark.survives(
    "a chunk's file is gone or cut short", "the chunk is asked for; only the same bytes are taken"
)
@pytest.mark.parametrize("left_bytes", [None, 0, 3])
async def test_a_row_without_its_file_is_asked_for_again(
    scene: Scene, left_bytes: int | None
) -> None:
    known = await scene.begin(in_one_spool(BOUND))
    await scene.send(known)
    await _lose(scene, known.id, 1, left_bytes)
    known.excused.add(1)
    await scene.sweep(scene.second)
    assert (await scene.status(known))["missing_chunks"] == ["1"]
    assert problem_of(await scene.complete(known)) == "upload-incomplete"
    other = await scene.ask(SendChunk(known, 1, 0, Sending.OTHER))
    assert problem_of(other) == "chunk-conflict"
    await scene.send(known, [1])
    assert (await scene.complete(known)).status_code == 200


@pytest.mark.survives(
    "a chunk that waits for those before it is damaged meanwhile",
    "it is seen when its place becomes known, and asked for again",
)
async def test_a_chunk_that_was_damaged_before_it_had_a_place_is_asked_for(scene: Scene) -> None:
    known = await scene.begin(Shape(sizes=(10, 20, 7)))
    await scene.send(known, [1, 2])
    row = (await scene.world.rows()).chunks_of(known.id)[1]
    path = scene.world.spool / row["file_name"]
    scene.world.disk.spoil(path, bytes(byte ^ 1 for byte in path.read_bytes()))
    known.excused.add(1)
    await scene.send(known, [0])
    await scene.world.rest()
    assert (await scene.status(known))["missing_chunks"] == ["1"]
    await scene.send(known, [1])
    assert (await scene.complete(known)).status_code == 200


@pytest.mark.survives(
    "a chunk whose file is gone is sent again", "it is not acknowledged as a repeat: it is taken"
)
@pytest.mark.parametrize("left_bytes", [None, 3])
async def test_a_repeat_of_a_chunk_whose_file_is_gone_is_not_believed(
    scene: Scene, left_bytes: int | None
) -> None:
    known = await scene.begin(in_one_spool(BOUND))
    await scene.send(known, [0, 1])
    await _lose(scene, known.id, 1, left_bytes)
    known.excused.add(1)
    assert problem_of(await scene.put(known, 1)) == "storage-unavailable"
    answer = await scene.put(known, 1)
    assert answer.json()["data"]["repeated"] is False
    await scene.send(known)
    assert (await scene.complete(known)).status_code == 200


async def test_a_process_that_starts_sweeps_by_itself(scene: Scene) -> None:
    known = await scene.begin(in_one_spool(BOUND))
    await scene.send(known, [0])
    scene.first.steps.die()
    await scene.world.bury()
    await _lose(scene, known.id, 0, None)
    known.excused.add(0)
    await scene.world.restart()
    await until(lambda: scene.status(known), lambda status: status["received_chunks"] == [])


async def _lose(scene: Scene, upload_id: str, index: int, left_bytes: int | None) -> None:
    chunk = (await scene.world.rows()).chunks_of(upload_id)[index]
    path = scene.world.spool / chunk["file_name"]
    path.write_bytes(path.read_bytes()[: left_bytes or 0])
    if left_bytes is None:
        path.unlink()
