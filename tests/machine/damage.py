"""What happens to bytes from outside: files vanish or rot, the store forgets. It excuses chunks."""

from enum import StrEnum
from pathlib import Path

from tests.machine.model import Known
from tests.machine.snapshot import Row
from tests.machine.world import World


class Damage(StrEnum):
    FILE_GONE = "file gone"
    FILE_ROTTEN = "file rotten"
    MULTIPART_GONE = "multipart upload gone"


async def inflict(world: World, damage: Damage, known: Known, index: int) -> None:
    chunks = await _live_chunks(world, known)
    if damage is Damage.MULTIPART_GONE:
        await _forget_multipart(world, known, chunks)
    elif index in chunks and chunks[index]["state"] == "spooled":
        path = world.spool / chunks[index]["file_name"]
        if path.exists():
            world.disk.spoil(path, _rotten(path) if damage is Damage.FILE_ROTTEN else b"")
            known.excused.add(index)


async def _forget_multipart(world: World, known: Known, chunks: dict[int, Row]) -> None:
    key = (await world.rows()).upload(known.id)["key"]
    if chunks and world.double.forget_multiparts(world.bucket, key):
        known.excused |= {index for index, chunk in chunks.items() if chunk["state"] == "relayed"}


async def _live_chunks(world: World, known: Known) -> dict[int, Row]:
    rows = await world.rows()
    return rows.chunks_of(known.id) if rows.state(known.id) in ("open", "completing") else {}


def _rotten(path: Path) -> bytes:
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    return bytes(data)
