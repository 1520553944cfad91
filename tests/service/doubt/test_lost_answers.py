"""The store did it or did it not, and did not say which: the object comes to be exactly once."""

import pytest

from tests.doubles.s3 import faults
from tests.doubles.s3.exchange import Exchange
from tests.service.caller import problem_of
from tests.service.doubt.story import LARGE, SMALL, Story
from tests.service.waiting import until

DONE = {
    "answer lost": faults.lose_answer,
    "answer cut": faults.cut_answer,
    "answer withheld": faults.withhold_answer,
    "error inside a 200": faults.error_inside_success(done=True),
    "a 200 that says nothing": faults.empty_success(done=True),
}
NOT_DONE = {
    "reset": faults.reset_before,
    "silence": faults.hang,
    "slow down": faults.answering("SlowDown"),
    "slow down, body unread": faults.answering_unread("SlowDown"),
    "internal error": faults.answering("InternalError"),
    "conflict": faults.answering("ConditionalRequestConflict"),
    "error inside a 200": faults.error_inside_success(done=False),
    "a 200 that says nothing": faults.empty_success(done=False),
}
CREATING = [("PutObject", SMALL), ("CompleteMultipartUpload", LARGE)]


@pytest.mark.survives(
    "S3 creates the object and its answer is lost, cut, withheld or an error inside a 200",
    "The object itself is the proof: found by HEAD, not created again, told once",
)
@pytest.mark.parametrize(("operation", "content"), CREATING, ids=["single", "multipart"])
@pytest.mark.parametrize("fault", DONE.values(), ids=DONE.keys())
async def test_what_was_done_unsaid_is_found_and_not_done_again(
    story: Story, operation: str, content: bytes, fault: faults.Fault
) -> None:
    story.double.fail(operation, fault)
    session = await story.sent(content)
    await story.ends_stored(session, content)
    assert story.double.ledger.count(operation) == 1


@pytest.mark.survives(
    "S3 does not create the object: reset, silence, SlowDown, 500, conflict, error inside a 200",
    "Done again with back-off, after a look whether it was done",
)
@pytest.mark.parametrize(("operation", "content"), CREATING, ids=["single", "multipart"])
@pytest.mark.parametrize("fault", NOT_DONE.values(), ids=NOT_DONE.keys())
async def test_what_was_not_done_is_done_again(
    story: Story, operation: str, content: bytes, fault: faults.Fault
) -> None:
    story.double.fail(operation, fault)
    session = await story.sent(content)
    await story.ends_stored(session, content)
    assert story.double.ledger.count(operation) == 2


@pytest.mark.survives(
    "S3 says that the object is made, and it is not", "Not believed: done again, told once"
)
@pytest.mark.parametrize(("operation", "content"), CREATING, ids=["single", "multipart"])
async def test_a_success_that_cannot_be_seen_is_not_believed(
    story: Story, operation: str, content: bytes
) -> None:
    story.double.fail(operation, faults.claim_success)
    session = await story.sent(content)
    await story.ends_stored(session, content)
    assert story.double.ledger.count(operation) == 2


@pytest.mark.survives(
    "S3 loses the answer and cannot be asked for a while",
    "The upload stays completing, nothing is repeated, nobody is told",
)
@pytest.mark.parametrize(("operation", "content"), CREATING, ids=["single", "multipart"])
async def test_without_proof_nothing_is_repeated_and_nothing_said(
    story: Story, operation: str, content: bytes
) -> None:
    """The answer is lost, and then HEAD fails for a while: neither done nor failed."""
    story.double.fail(operation, faults.lose_answer)
    session = await story.sent(content)
    heads = story.double.fail("HeadObject", faults.answering("SlowDown"), times=None)
    await story.hand_over(session, content)
    await until(lambda: _hits(heads), lambda hits: hits >= 4)
    assert await story.state(session) == "completing"
    assert await story.events(session) == []
    story.double.heal()
    await story.ends_stored(session, content)
    assert story.double.ledger.count(operation) == 1


async def _hits(rule: faults.Rule) -> int:
    return rule.hits


@pytest.mark.survives(
    "S3 carries out a request after it was repeated",
    "The first stays: one object, created once",
)
@pytest.mark.parametrize(("operation", "content"), CREATING, ids=["single", "multipart"])
async def test_what_lands_after_its_repetition_changes_nothing(
    story: Story, operation: str, content: bytes
) -> None:
    story.double.fail(operation, faults.landing_late())
    session = await story.sent(content)
    await story.ends_stored(session, content)
    assert story.double.land() == 1
    await story.is_stored_once(session, content)


@pytest.mark.parametrize(("operation", "content"), CREATING, ids=["single", "multipart"])
async def test_what_lands_before_its_repetition_is_found(
    story: Story, operation: str, content: bytes
) -> None:
    story.double.fail(operation, faults.landing_late())
    session = await story.sent(content)
    heads = story.double.fail("HeadObject", faults.answering("SlowDown"), times=None)
    await story.hand_over(session, content)
    await until(lambda: _hits(heads), lambda hits: hits >= 1)
    assert story.double.land() == 1
    story.double.heal()
    await story.ends_stored(session, content)
    assert story.double.ledger.count(operation) == 1


async def served_after_landing(exchange: Exchange) -> None:
    """What was in flight is carried out first, unseen by whoever looked before."""
    for apply in exchange.late:
        apply()
    exchange.late.clear()
    await exchange.send(await exchange.serve())


@pytest.mark.survives(
    "S3 carries out a completion while its repetition is on its way, and refuses that: gone",
    "The object is found; nothing is asked for again",
)
async def test_what_lands_just_before_its_repetition_is_found(story: Story) -> None:
    operation = "CompleteMultipartUpload"
    story.double.fail(operation, faults.landing_late())
    story.double.fail(operation, served_after_landing, skip=1)
    session = await story.sent(LARGE)
    await story.ends_stored(session, LARGE)
    assert story.double.ledger.results(operation)[1].startswith("404")
    assert story.double.ledger.count("UploadPart") == 3


@pytest.mark.survives(
    "S3 loses the answer to the beginning of a multipart upload, or to a part",
    "Sent again; the multipart upload that nobody knows of is aborted in the end",
)
@pytest.mark.parametrize("fault", [faults.lose_answer, faults.withhold_answer, faults.cut_answer])
async def test_a_part_or_a_beginning_whose_answer_was_lost_is_sent_again(
    story: Story, fault: faults.Fault
) -> None:
    """The multipart upload that nobody knows of is found by its key, and aborted in the end."""
    story.double.fail("CreateMultipartUpload", fault)
    story.double.fail("UploadPart", fault)
    session = await story.sent(LARGE)
    await story.ends_stored(session, LARGE)


@pytest.mark.survives(
    "S3: slower than the caller's patience", "503 with Retry-After; the repeat gets the result"
)
async def test_a_caller_that_waited_in_vain_is_told_to_ask_again(story: Story) -> None:
    story.double.fail("PutObject", faults.answering("SlowDown"), times=None)
    session = await story.sent(SMALL)
    answer = await story.complete(session, SMALL)
    assert problem_of(answer, 503) == "storage-unavailable"
    assert int(answer.headers["retry-after"]) > 0
    story.double.heal()
    await story.ends_stored(session, SMALL)
