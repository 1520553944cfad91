"""Everything is well again, and clients go on as docs/api.md says: then every upload ends.

What is left must be the quiet state: no byte in the spool, no multipart upload, nothing booked,
nothing owed, no connection out, every event delivered.
"""

import asyncio
from datetime import timedelta

from tests.machine.acts import Abort, Complete, Look, SendChunk, begin, perform
from tests.machine.deliveries import deliver_due
from tests.machine.model import Known
from tests.machine.receiver import Reception
from tests.machine.verdicts import problem_of
from tests.machine.world import World

ROUNDS = 12
RETURNING_SECONDS = 30
LEASES_LAPSE = timedelta(minutes=2)
RESERVATIONS_LAPSE = timedelta(hours=2)
OLDEST = timedelta(hours=31)
CLEAN_UP_REPEATS = timedelta(minutes=30)
NO_ROOM = frozenset({"quota-exceeded", "spool-full"})


async def heal(world: World) -> None:
    await world.bury()
    world.double.heal()
    world.disk.room_bytes, world.disk.fails_to_sync = None, False
    world.receiver.mood = Reception.TAKEN
    world.power_fails_too = False
    for instance in world.up:
        instance.steps.ahead = None
    await world.restart()
    await world.check()


async def finish(world: World) -> None:
    for key in world.model.begun:
        await begin(world, key, 0)
    await world.pass_time(RESERVATIONS_LAPSE)
    for number in range(ROUNDS):
        await look_around(world)
        going = await _going(world)
        for known in going:
            await _go_on(world, known, number % 2)
        await world.check()
        if not going:
            break
    for known in await _going(world):
        await _give_up(world, known)
    await world.pass_time(OLDEST)
    await world.instances[0].work(world.instances[0].use_cases.expire())
    for _ in range(2):
        await look_around(world)
        await world.pass_time(CLEAN_UP_REPEATS)
    await look_around(world)
    await deliver_due(world)
    await world.check()
    await _is_quiet(world)


async def look_around(world: World) -> None:
    """A round of every instance, once nobody holds a lease any more."""
    await world.pass_time(LEASES_LAPSE)
    for instance in world.up:
        await instance.work(instance.use_cases.sweep())
        await instance.work(instance.use_cases.engine.look())
    await world.rest()


async def _going(world: World) -> list[Known]:
    rows = await world.rows()
    return [each for each in world.model.uploads if rows.state(each.id) in ("open", "completing")]


async def _go_on(world: World, known: Known, at: int) -> None:
    rows = await world.rows()
    for index in sorted(rows.missing(known.id, len(known.chunks))):
        await perform(world, [SendChunk(known, index, at)])
    await world.rest()
    await perform(world, [Complete(known, at)])
    await perform(world, [Look(known, at)])


async def _give_up(world: World, known: Known) -> None:
    """Only for want of room, which others hold by right, may an upload not get to its end."""
    missing = sorted((await world.rows()).missing(known.id, len(known.chunks)))
    assert missing, f"{known} does not come to its end"
    (answer,) = await perform(world, [SendChunk(known, missing[0], 0)])
    assert answer is not None
    assert answer.status_code == 200 or problem_of(answer) in NO_ROOM, answer.text
    await perform(world, [Abort(known, 0)])
    assert known.is_aborted


async def _is_quiet(world: World) -> None:
    now = await world.snapshot()
    assert now.files == {}
    assert now.multiparts == {}
    assert now.rows.reservations == []
    assert [row["state"] for row in now.rows.chunks if row["state"] == "spooled"] == []
    assert [row["id"] for row in now.rows.uploads if row["cleanup_due_at"] is not None] == []
    assert {row["state"] for row in now.rows.deliveries} <= {"delivered"}
    assert set(world.receiver.got) == {row["id"] for row in now.rows.events}
    await _connections_are_back(world)


async def _connections_are_back(world: World) -> None:
    """A round of an engine, which comes by the clock, may have one for a moment."""
    async with asyncio.timeout(RETURNING_SECONDS):
        while any(  # noqa: ASYNC110 - the pool tells nobody
            each.checked_out_connections for each in world.instances
        ):
            await asyncio.sleep(0.01)
