"""The store forgets or spoils what it had: chunks are asked for again, and nothing else changes."""

import pytest

from tests.doubles.s3 import faults
from tests.service.caller import Session, data_of, problem_of
from tests.service.content import PART_BYTES, cut
from tests.service.doubt.story import LARGE, Story
from tests.service.waiting import until


async def resent(story: Story, session: Session, missing: str) -> None:
    """Exactly these chunks are asked for; other bytes are not taken for them, the same are."""
    status = await until(session.status, lambda status: status["missing_chunks"] == [missing])
    assert status["state"] == "open"
    chunks = cut(LARGE, PART_BYTES)
    first, _, last = missing.partition("-")
    for index in range(int(first), int(last or first) + 1):
        other = bytes(len(chunks[index]))
        assert problem_of(await session.put(index, other), 409) == "chunk-conflict"
        data_of(await session.put(index, chunks[index]))


@pytest.mark.survives(
    "S3 drops the multipart upload while chunks arrive",
    "What was in it is reported missing, and only the same bytes are taken back",
)
async def test_gone_while_open_the_relayed_chunks_are_asked_for(story: Story) -> None:
    session = await story.begun(LARGE)
    chunks = cut(LARGE, PART_BYTES)
    for index in (0, 1):
        data_of(await session.put(index, chunks[index]))
    await until(session.status, lambda status: status["parts_relayed"] == 2)
    story.double.forget_multiparts(story.bucket, await story.key(session))
    data_of(await session.put(2, chunks[2]))
    await resent(story, session, "0-1")
    await story.ends_stored(session, LARGE)


@pytest.mark.survives(
    "S3 drops the multipart upload before it is completed",
    "The upload is open again and reports what is missing",
)
async def test_gone_while_completing_the_chunks_are_asked_for(story: Story) -> None:
    session = await story.sent(LARGE)
    await story.relayed(session, LARGE)
    story.double.fail("CompleteMultipartUpload", faults.forget_multipart)
    answer = await story.settled(session, LARGE)
    assert problem_of(answer, 409) == "upload-incomplete"
    await resent(story, session, "0-2")
    await story.ends_stored(session, LARGE)


async def test_gone_with_the_bytes_still_here_nobody_is_asked(story: Story) -> None:
    """The first part is on its way when the multipart upload vanishes: the spool has it all."""
    story.double.fail("UploadPart", faults.forget_multipart)
    session = await story.begun(LARGE)
    await story.send(session, LARGE)
    await story.ends_stored(session, LARGE)


@pytest.mark.survives(
    "S3 lists a part by the ETag of another attempt",
    "Taken over where size and checksum are ours; nothing is sent again",
)
async def test_a_later_attempts_etag_is_taken_over(story: Story) -> None:
    session = await story.sent(LARGE)
    multipart = await story.relayed(session, LARGE)
    story.double.change_etag(multipart, 2)
    await story.ends_stored(session, LARGE)
    assert story.double.ledger.count("UploadPart") == 3


@pytest.mark.survives(
    "S3 lost one part",
    "Its chunks alone are asked for",
)
async def test_a_lost_part_alone_is_asked_for(story: Story) -> None:
    session = await story.sent(LARGE)
    multipart = await story.relayed(session, LARGE)
    story.double.lose_part(multipart, 2)
    answer = await story.settled(session, LARGE)
    assert problem_of(answer, 409) == "upload-incomplete"
    await resent(story, session, "1")
    await story.ends_stored(session, LARGE)


@pytest.mark.survives(
    "S3 spoils the bytes of a part",
    "The object is refused, the part is forgotten and its chunks are asked for",
)
@pytest.mark.parametrize("with_etag", [False, True], ids=["same etag", "another etag"])
async def test_a_spoiled_part_never_becomes_the_object(story: Story, *, with_etag: bool) -> None:
    session = await story.sent(LARGE)
    multipart = await story.relayed(session, LARGE)
    story.double.flip_part(multipart, 1)
    if with_etag:
        story.double.change_etag(multipart, 1)
    answer = await story.settled(session, LARGE)
    assert problem_of(answer, 409) == "upload-incomplete"
    await resent(story, session, "0")
    await story.ends_stored(session, LARGE)


@pytest.mark.survives(
    "S3: says that the multipart upload is gone, and lists it", "not believed; asked again"
)
async def test_a_store_that_says_gone_and_lists_it_is_not_believed(story: Story) -> None:
    session = await story.sent(LARGE)
    await story.relayed(session, LARGE)
    story.double.fail("CompleteMultipartUpload", faults.answering("NoSuchUpload"))
    await story.ends_stored(session, LARGE)
    assert story.double.ledger.count("UploadPart") == 3


async def test_a_refusal_of_parts_that_are_there_is_not_believed(story: Story) -> None:
    session = await story.sent(LARGE)
    await story.relayed(session, LARGE)
    story.double.fail("CompleteMultipartUpload", faults.answering("InvalidPart"))
    await story.ends_stored(session, LARGE)
    assert story.double.ledger.count("UploadPart") == 3
