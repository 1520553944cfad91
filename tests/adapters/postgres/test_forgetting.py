"""A multipart upload that is gone: forgotten, unless it may be gone because it was completed."""

from uuid import uuid4

import pytest

from tests.fixtures.audit import audit
from tests.fixtures.rows import Rows

LEASE_SECONDS = 60.0


@pytest.mark.survives(
    "A part comes too late: the upload is being completed, and the answer to that was lost",
    "What was sent stays noted; only the object itself says what became of the call",
)
async def test_nothing_is_forgotten_while_a_completion_may_be_under_way(rows: Rows) -> None:
    upload = await rows.begin(chunk_size=16, total_size=32)
    for index in (0, 1):
        await rows.put(upload, index, 16)
    sent = await rows.relay(upload)
    multipart, holder = await rows.multipart(upload), uuid4()
    assert await rows.complete(await rows.read(upload)) is not None
    assert await rows.closing.take(upload.id, holder, LEASE_SECONDS) is not None
    assert await rows.closing.set_closing(upload.id, holder)
    assert not await rows.repairing.forget_multipart(upload.id, multipart)
    assert await rows.reading.count_relayed(upload.id) == len(sent) > 0
    assert await rows.closing.clear_closing(upload.id, holder)
    assert await rows.repairing.forget_multipart(upload.id, multipart)
    assert await rows.reading.count_relayed(upload.id) == 0
    await audit(rows.database, upload.id)
