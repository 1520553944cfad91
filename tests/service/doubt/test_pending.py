"""A presigned request has written; the copy that makes a file of it meets a store that fails."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.doubles.s3 import faults
from tests.service.caller import problem_of
from tests.service.doubt.story import Story
from tests.service.presigned.one_file import CONTENT, asked, confirmed, put
from tests.service.waiting import until

DONE = {
    "answer cut": faults.cut_answer,
    "answer withheld": faults.withhold_answer,
    "error inside a 200": faults.error_inside_success(done=True),
    "a 200 that says nothing": faults.empty_success(done=True),
}
NOT_DONE = {
    "silence": faults.hang,
    "slow down": faults.answering("SlowDown"),
    "conflict": faults.answering("ConditionalRequestConflict"),
    "error inside a 200": faults.error_inside_success(done=False),
    "slow down inside a 200": faults.error_inside_success("SlowDown", done=False),
    "a 200 that says nothing": faults.empty_success(done=False),
    "said to be done": faults.claim_success,
}
Told = dict[str, Any]


async def _written(story: Story, outside: httpx.AsyncClient) -> Told:
    told = await asked(story.caller)
    await put(outside, told)
    return told


async def _settled(story: Story, told: Told) -> httpx.Response:
    return await until(
        lambda: confirmed(story.caller, told["file_key"]), lambda answer: answer.status_code != 503
    )


async def _is_stored(story: Story, told: Told) -> None:
    answer = await _settled(story, told)
    assert answer.status_code == 200, answer.text
    key = told["file_key"]
    assert story.double.content(story.bucket, key) == CONTENT
    session = story.caller.session(told["upload_session_id"])
    assert await story.events(session) == ["upload.completed"]

    async def keys() -> list[str]:
        return story.double.keys(story.bucket)

    await until(keys, lambda left: left == [key])


@pytest.mark.survives(
    "S3 copies what a presigned request wrote, and its answer is lost or an error inside a 200",
    "The object itself is the proof: found by HEAD, not copied again, told once",
)
@pytest.mark.parametrize("fault", DONE.values(), ids=DONE.keys())
async def test_a_copy_that_was_made_unsaid_is_found(
    story: Story, outside: httpx.AsyncClient, fault: faults.Fault
) -> None:
    story.double.fail("CopyObject", fault)
    told = await _written(story, outside)
    await _is_stored(story, told)
    assert story.double.ledger.count("CopyObject") == 1


@pytest.mark.parametrize("fault", [faults.lose_answer, faults.reset_before])
async def test_a_copy_whose_connection_broke_is_the_same_however_often_it_is_made(
    story: Story, outside: httpx.AsyncClient, fault: faults.Fault
) -> None:
    """The HTTP client repeats a PUT by itself there: of the bytes that were judged, again."""
    story.double.fail("CopyObject", fault)
    told = await _written(story, outside)
    await _is_stored(story, told)


@pytest.mark.survives(
    "S3 does not copy what a presigned request wrote: reset, silence, SlowDown, error in a 200",
    "Copied again with back-off, after a look whether it was",
)
@pytest.mark.parametrize("fault", NOT_DONE.values(), ids=NOT_DONE.keys())
async def test_a_copy_that_was_not_made_is_made_again(
    story: Story, outside: httpx.AsyncClient, fault: faults.Fault
) -> None:
    story.double.fail("CopyObject", fault)
    told = await _written(story, outside)
    await _is_stored(story, told)
    assert story.double.ledger.count("CopyObject") == 2


@pytest.mark.survives(
    "A presigned URL is used again between the look at its object and the copy",
    "Other bytes than were judged are never copied: the upload fails, told once",
)
async def test_what_changed_after_it_was_judged_is_no_file(
    story: Story, outside: httpx.AsyncClient
) -> None:
    told = await _written(story, outside)
    slow = story.double.fail("CopyObject", faults.answering("SlowDown"), times=None)
    confirming = asyncio.create_task(confirmed(story.caller, told["file_key"]))

    async def hits() -> int:
        return slow.hits

    await until(hits, lambda count: count > 0)
    await put(outside, told, b"%PDF-1.7 other bytes")
    story.double.heal()
    await confirming
    assert problem_of(await _settled(story, told), 410) == "gone"
    session = story.caller.session(told["upload_session_id"])
    assert await story.events(session) == ["upload.failed"]

    async def keys() -> list[str]:
        return story.double.keys(story.bucket)

    await until(keys, lambda left: not left)


@pytest.mark.survives(
    "A confirmation looks at the store just when another has confirmed the same upload",
    "both are told that it is stored",
)
async def test_a_confirmation_that_comes_second_is_told_of_the_first(
    story: Story, outside: httpx.AsyncClient
) -> None:
    """Its question is answered after the file was stored and what was written is gone."""
    told = await _written(story, outside)
    looking = faults.Held()
    story.double.fail("HeadObject", looking.fault, key="pending/*")
    second = asyncio.create_task(confirmed(story.caller, told["file_key"]))
    await looking.reached()
    await _is_stored(story, told)
    looking.let_go()
    answer = await second
    assert answer.status_code == 200, answer.text
