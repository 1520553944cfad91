"""No connection of the database's pool is held by who is slow, and none is lost to who vanishes."""

import asyncio

import pytest

from tests.machine.acts import SendChunk
from tests.service.recovery.scene import BOUND, Scene, in_one_spool
from tests.service.waiting import until


@pytest.mark.survives(
    "PostgreSQL: its pool is exhausted by slow bodies", "no connection is held while a body is read"
)
async def test_bodies_that_wait_hold_no_connection(scene: Scene) -> None:
    known = await scene.begin(BOUND)
    bodies = [await scene.hold(known, index) for index in range(len(known.chunks))]
    assert scene.first.checked_out_connections == 0
    for body in bodies:
        assert (await body.let_go()).status_code == 200


@pytest.mark.survives(
    "PostgreSQL: clients vanish while their statements run",
    "connections come back; the chunk is recorded or leaves nothing",
)
@pytest.mark.parametrize(
    "step", ["receiving.reserve", "writer.write", "writer.finish", "receiving.record"]
)
async def test_a_client_that_vanishes_leaves_all_as_it_should_be(scene: Scene, step: str) -> None:
    known = await scene.begin(in_one_spool(BOUND))
    held = scene.first.steps.hold(step)
    request = SendChunk(known, 0, 0).ask(scene.world)
    await held.reached.wait()
    request.cancel()
    held.let_go.set()
    await asyncio.wait([request])

    await until(lambda: attempts(scene), lambda count: count == 0)
    await scene.world.rest()
    assert scene.first.checked_out_connections == 0
    status = await scene.status(known)
    assert len(await scene.spooled()) == (status["received_chunks"] == ["0"])
    await scene.send(known)


async def attempts(scene: Scene) -> int:
    """Reservations of chunks; that of the whole upload stays."""
    rows = (await scene.world.rows()).reservations
    return sum(row["index"] is not None for row in rows)
