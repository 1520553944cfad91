"""What happened to an upload is answered by one look for its id in the log."""

import json

import pytest

from tests.service.content import PART_BYTES, content_of, cut
from tests.service.deployment import Deployment
from tests.service.waiting import until

_OVER = """
    SELECT FROM uploads, deliveries
    WHERE uploads.cleanup_passes = 1 AND deliveries.state = 'delivered'
"""


async def test_all_lines_of_an_upload_have_its_id(
    own: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    async with own.served(log_level="debug") as served:
        session = await served.caller.begin(chunk_size=PART_BYTES)
        for index, chunk in enumerate(cut(content_of(2 * PART_BYTES), PART_BYTES)):
            await session.put(index, chunk)
        await session.stored(2)
        await until(lambda: own.fetch(_OVER), len)
    lines = capsys.readouterr().err.splitlines()
    found = [json.loads(line) for line in lines if session.id in line]
    assert {line["upload_id"] for line in found} == {session.id}
    told = [line.get("route", line["event"]) for line in found]
    chunks = "/upload/{upload_session_id}/chunks/{index}"
    assert sorted(told) == sorted(
        [
            "/upload/init",
            *[chunks] * 2,
            *["part relayed"] * 2,
            "upload.completed",
            "/upload/complete",
            "delivery",
            "cleaned up",
        ]
    )
    assert told[0] == "/upload/init"
    assert told.index("upload.completed") < told.index("delivery")
