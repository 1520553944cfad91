"""An upload that was handed on for closing is closed here or let go, whenever the process stops."""

import asyncio
from dataclasses import dataclass, field
from uuid import uuid4

from chunk_service.domain.uploads import UploadId
from chunk_service.usecases.closing import Taken
from chunk_service.worker.bells import Bells
from chunk_service.worker.engine import Engine
from tests.fixtures.uploads import an_upload
from tests.worker.engine_parts import engine_parts
from tests.worker.test_slots import Nothing

SOON_SECONDS = 5.0


@dataclass
class SlowNotes:
    """What was sent is not noted yet, for ever."""

    reached: asyncio.Event = field(default_factory=asyncio.Event)

    async def hurry(self, _upload_id: UploadId) -> None:
        self.reached.set()
        await asyncio.Event().wait()


@dataclass
class Close:
    let_gone: list[UploadId] = field(default_factory=list)

    async def let_go(self, upload_id: UploadId) -> None:
        self.let_gone.append(upload_id)


async def test_an_upload_that_waits_for_its_last_parts_is_let_go_when_the_process_stops() -> None:
    bells, notes, close = Bells(), SlowNotes(), Close()
    parts = engine_parts(Nothing(), note_parts=notes, close=close)
    engine = Engine(parts, bells, slots=1)
    engine.start()
    upload = an_upload(id=UploadId(uuid4()))
    bells.close(Taken(upload, asyncio.get_running_loop().time()))
    async with asyncio.timeout(SOON_SECONDS):
        await notes.reached.wait()
        await engine.stop(0)
    assert close.let_gone == [upload.id]
