"""A restored database has forgotten: nothing is destroyed until what it forgot is adopted."""

from datetime import timedelta
from uuid import uuid4

import pytest

from tests.machine.model import Known, Shape
from tests.service.recovery.scene import BOUND, MULTIPART, Scene, in_one_spool

_ANOTHER_LIFE = "UPDATE database_identity SET timeline = timeline + 1"
_FORGET_CHUNKS = """
    WITH c AS (DELETE FROM chunks WHERE upload_id = $1),
        p AS (DELETE FROM parts WHERE upload_id = $1)
    UPDATE uploads SET chunk_count = 0, received_bytes = 0, highest_index = -1, prefix_chunks = 0,
        prefix_bytes = 0, extent_bytes = 0, longest_chunk_bytes = 0
    WHERE id = $1
"""
FORGET_THE_END = """
    WITH f AS (DELETE FROM files WHERE upload_id = $1),
        d AS (DELETE FROM deliveries USING events e WHERE e.id = event_id AND e.upload_id = $1)
    UPDATE uploads SET state = 'open', stored_size = NULL, stored_etag = NULL,
        stored_checksum = NULL, completed_at = NULL, ended_at = NULL, cleanup_due_at = NULL
    WHERE id = $1
"""
FORGET_THE_EVENT = "DELETE FROM events WHERE upload_id = $1"


async def restore(scene: Scene, known: Known, *statements: str) -> None:
    """To a day when these rows were not there yet."""
    await scene.world.site.pool.execute(_ANOTHER_LIFE)
    for statement in statements:
        await scene.world.site.pool.execute(statement, known.id)


@pytest.mark.survives("the database was restored", "nothing is destroyed until it was adopted")
async def test_nothing_is_destroyed_by_a_restored_database(scene: Scene) -> None:
    known = await scene.begin(in_one_spool(BOUND))
    relayed = await scene.begin(MULTIPART)
    await scene.send(known, [0])
    await scene.send(relayed, [0])
    await scene.world.rest()
    stray = scene.world.spool / f"{known.id}.1.{uuid4()}"
    stray.write_bytes(b"of a chunk that was forgotten")
    await restore(scene, known)
    assert (await scene.abort(relayed)).status_code == 200
    await scene.world.pass_time(timedelta(hours=5))
    for instance in scene.world.instances:
        await scene.sweep(instance)
        await scene.look(instance)
        await instance.work(instance.use_cases.expire())
    assert stray.exists()
    assert await scene.state(known) == "open"
    assert len(scene.world.double.multiparts(scene.world.bucket)) == 1
    await scene.first.work(scene.first.use_cases.adopt())
    await scene.go_on()
    assert not stray.exists()
    assert scene.world.double.multiparts(scene.world.bucket) == []


@pytest.mark.survives(
    "the database was restored to before chunks came", "they are taken back from the spool"
)
@pytest.mark.parametrize("shape", [BOUND, MULTIPART], ids=["bound", "free"])
async def test_chunks_that_were_forgotten_are_adopted(scene: Scene, shape: Shape) -> None:
    known = await scene.begin(in_one_spool(shape))
    await scene.send(known)
    await restore(scene, known, _FORGET_CHUNKS)
    assert (await scene.row(known))["chunk_count"] == 0
    await scene.first.work(scene.first.use_cases.adopt())
    last = len(known.chunks) - 1
    assert (await scene.status(known))["received_chunks"] == [f"0-{last}"]
    assert (await scene.complete(known)).status_code == 200


@pytest.mark.survives(
    "the database was restored to before an upload was stored", "its object is found and told of"
)
async def test_an_object_that_was_forgotten_is_adopted(scene: Scene) -> None:
    known = await scene.begin()
    await scene.send(known)
    told = (await scene.complete(known)).json()
    await scene.world.rest()
    await restore(scene, known, FORGET_THE_END, FORGET_THE_EVENT)
    await scene.first.work(scene.first.use_cases.adopt())
    assert await scene.state(known) == "stored"
    assert await scene.events(known) == ["upload.completed"]
    again = (await scene.complete(known)).json()
    assert again["data"]["etag"] == told["data"]["etag"]
