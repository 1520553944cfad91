"""Parts were sent by presigned requests; they are completed by several at once, or in doubt."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest

from chunk_service.adapters.postgres.presigned import REOPEN
from tests.doubles.s3 import faults
from tests.service.caller import problem_of
from tests.service.doubt.story import Story
from tests.service.waiting import until

NAME = "video.mp4"
Named = dict[str, str]
Part = dict[str, Any]


async def _begun(story: Story) -> Named:
    answer = await story.caller.client.get("/initiate", params={"key": NAME})
    named = {"key": NAME, "uploadId": answer.json()["uploadId"]}
    story.caller.session(named["uploadId"])
    return named


async def _part(story: Story, outside: httpx.AsyncClient, named: Named, content: bytes) -> Part:
    link = await story.caller.client.get("/presigned", params={**named, "partNumber": "1"})
    sent = await outside.put(link.json()["uploadUrl"], content=content)
    assert sent.status_code == 200, sent.text
    return {"PartNumber": 1, "ETag": sent.headers["etag"]}


async def _complete(story: Story, named: Named, *parts: Part) -> httpx.Response:
    return await story.caller.client.post("/complete", params=named, json={"parts": list(parts)})


async def _settled(story: Story, named: Named, *parts: Part) -> httpx.Response:
    return await until(
        lambda: _complete(story, named, *parts), lambda answer: answer.status_code != 503
    )


async def _events(story: Story, named: Named) -> list[str]:
    return await story.events(story.caller.session(named["uploadId"]))


@pytest.mark.survives(
    "Completion of presigned parts: asked just when another's has been carried out",
    "both get the same answer",
)
async def test_who_lists_after_another_completed_is_told_of_it(
    story: Story, outside: httpx.AsyncClient
) -> None:
    """Its question is answered when the store has dropped the multipart upload: it is done."""
    named = await _begun(story)
    part = await _part(story, outside, named, b"x")
    listing = faults.Held()
    story.double.fail("ListParts", listing.fault)
    second = asyncio.create_task(_complete(story, named, part))
    await listing.reached()
    first = await _complete(story, named, part)
    assert first.status_code == 200, first.text
    listing.let_go()
    assert (await second).json() == first.json()
    assert await _events(story, named) == ["upload.completed"]


@pytest.mark.survives(
    "S3 has dropped presigned parts that are not completed", "410, upload.failed; no 500"
)
async def test_parts_that_were_dropped_are_told_as_gone(
    story: Story, outside: httpx.AsyncClient
) -> None:
    named = await _begun(story)
    part = await _part(story, outside, named, b"x")
    (multipart,) = story.double.multiparts(story.bucket)
    story.double.forget_multiparts(story.bucket, multipart.key)
    assert problem_of(await _complete(story, named, part), 410) == "gone"
    assert await _events(story, named) == ["upload.failed"]
    assert problem_of(await _complete(story, named, part), 410) == "gone"


@pytest.mark.survives(
    "A presigned part is sent again after it was listed, before it is completed",
    "422; the upload is open again and takes the list as it is now",
)
async def test_a_part_sent_again_is_listed_again(story: Story, outside: httpx.AsyncClient) -> None:
    named = await _begun(story)
    part = await _part(story, outside, named, b"first")
    link = await story.caller.client.get("/presigned", params={**named, "partNumber": "1"})
    completing = faults.Held()
    story.double.fail("CompleteMultipartUpload", completing.fault)
    waiting = asyncio.create_task(_complete(story, named, part))
    await completing.reached()
    sent = await outside.put(link.json()["uploadUrl"], content=b"second")
    completing.let_go()
    assert problem_of(await waiting, 422) == "validation-failed"
    again = {"PartNumber": 1, "ETag": sent.headers["etag"]}
    answer = await _settled(story, named, again)
    assert answer.status_code == 200, answer.text
    assert story.double.content(story.bucket, answer.json()["file_key"]) == b"second"
    assert await _events(story, named) == ["upload.completed"]


async def test_who_reopens_late_takes_nothing_away(
    story: Story, outside: httpx.AsyncClient
) -> None:
    """It was stored meanwhile: the list that it was made of stays, and so does the answer."""
    named = await _begun(story)
    part = await _part(story, outside, named, b"x")
    first = await _settled(story, named, part)
    await story.own.fetch(
        str(REOPEN.text).replace(":upload", "$1").replace(":holder", "$2"),
        named["uploadId"],
        uuid4(),
    )
    assert (await _complete(story, named, part)).json() == first.json()


DOUBTS = {
    "answer lost": faults.lose_answer,
    "answer withheld": faults.withhold_answer,
    "error inside a 200, done": faults.error_inside_success(done=True),
    "error inside a 200, not done": faults.error_inside_success(done=False),
    "said to be done": faults.claim_success,
    "silence": faults.hang,
    "reset": faults.reset_before,
}


@pytest.mark.survives(
    "S3 leaves the completion of presigned parts in doubt", "Looked for, told once"
)
@pytest.mark.parametrize("fault", DOUBTS.values(), ids=DOUBTS.keys())
async def test_a_completion_in_doubt_is_decided_by_the_object(
    story: Story, outside: httpx.AsyncClient, fault: faults.Fault
) -> None:
    named = await _begun(story)
    part = await _part(story, outside, named, b"content")
    story.double.fail("CompleteMultipartUpload", fault)
    answer = await _settled(story, named, part)
    assert answer.status_code == 200, answer.text
    key = answer.json()["file_key"]
    assert story.double.content(story.bucket, key) == b"content"
    assert story.double.ledger.creations[story.bucket, key] == 1
    assert await _events(story, named) == ["upload.completed"]
