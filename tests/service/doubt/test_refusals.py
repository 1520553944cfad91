"""The store refuses: for good, and the upload has failed; or for now, and nothing is lost by it."""

import asyncio

import pytest

from tests.doubles.s3 import faults
from tests.doubles.s3.double import S3Double
from tests.service.caller import data_of, problem_of
from tests.service.content import PART_BYTES, content_of
from tests.service.deployment import Deployment
from tests.service.doubt.story import LARGE, SMALL, Story
from tests.service.waiting import until

CREATING = [("PutObject", SMALL), ("CompleteMultipartUpload", LARGE)]
FOREIGN = b"not ours"


@pytest.mark.survives(
    "Another object lies at the key",
    "The upload fails and says so; the object is left alone",
)
@pytest.mark.parametrize("content", [SMALL, LARGE], ids=["single", "multipart"])
@pytest.mark.parametrize("is_as_long", [False, True], ids=["another length", "the same length"])
async def test_a_foreign_object_at_the_key_is_left_alone(
    story: Story, content: bytes, *, is_as_long: bool
) -> None:
    session = await story.sent(content)
    key = await story.key(session)
    foreign = FOREIGN.ljust(len(content)) if is_as_long else FOREIGN
    story.double.put_foreign(story.bucket, key, foreign)
    assert problem_of(await story.settled(session, content), 410) == "gone"
    assert await story.state(session) == "failed"
    assert await story.events(session) == ["upload.failed"]
    assert story.double.content(story.bucket, key) == foreign
    await until(story.own.leftovers, lambda left: not left)
    assert story.double.content(story.bucket, key) == foreign


async def test_an_object_of_ours_that_is_not_whole_is_no_proof(story: Story) -> None:
    session = await story.sent(SMALL)
    key = await story.key(session)
    story.own.bucket.client.put_object(
        Bucket=story.bucket, Key=key, Body=SMALL[:-1], Metadata={"upload-id": session.id}
    )
    assert problem_of(await story.settled(session, SMALL), 410) == "gone"
    assert await story.events(session) == ["upload.failed"]


@pytest.mark.survives(
    "S3 refuses for good (BadDigest, EntityTooSmall, EntityTooLarge)",
    "The upload fails after a look at the key, once; nothing is left behind",
)
@pytest.mark.parametrize(("operation", "content"), CREATING, ids=["single", "multipart"])
@pytest.mark.parametrize("code", ["BadDigest", "EntityTooSmall", "EntityTooLarge"])
async def test_a_refusal_that_no_repeat_changes_fails_the_upload(
    story: Story, operation: str, content: bytes, code: str
) -> None:
    story.double.fail(operation, faults.answering(code), times=None)
    session = await story.sent(content)
    assert problem_of(await story.settled(session, content), 410) == "gone"
    assert await story.events(session) == ["upload.failed"]
    assert story.double.keys(story.bucket) == []
    await until(story.own.leftovers, lambda left: not left)
    assert story.double.ledger.count(operation) <= 2


@pytest.mark.parametrize(("operation", "content"), CREATING, ids=["single", "multipart"])
async def test_a_refusal_is_not_believed_where_the_object_is_there(
    story: Story, operation: str, content: bytes
) -> None:
    """Done, and answered by an error inside a 200 that would be for good."""
    story.double.fail(operation, faults.error_inside_success("EntityTooSmall", done=True))
    session = await story.sent(content)
    await story.ends_stored(session, content)


@pytest.mark.survives(
    "S3 refuses the credentials, or the bucket is gone",
    "503, everything is kept, tries with back-off until it is mended",
)
@pytest.mark.parametrize(("operation", "content"), CREATING, ids=["single", "multipart"])
@pytest.mark.parametrize("code", ["InvalidAccessKeyId", "AccessDenied", "NoSuchBucket"])
async def test_what_operators_can_mend_is_waited_out(
    story: Story, operation: str, content: bytes, code: str
) -> None:
    session = await story.sent(content)
    if content == LARGE:
        await story.relayed(session, content)
    story.double.fail("*", faults.answering(code), times=None)
    asked_before = len(story.double.ledger.entries)
    assert problem_of(await story.complete(session, content), 503) == "storage-unavailable"
    assert await story.state(session) == "completing"
    assert await story.events(session) == []
    assert len(story.double.ledger.entries) - asked_before < 30, "a hot loop"
    story.double.heal()
    await story.ends_stored(session, content)


@pytest.mark.survives(
    "S3 refuses connections",
    "Chunks are taken; the upload is completed when it is back",
)
async def test_with_the_store_away_chunks_are_taken(story: Story) -> None:
    story.double.refuse_connections()
    session = await story.sent(LARGE)
    assert problem_of(await story.complete(session, LARGE), 503) == "storage-unavailable"
    story.double.heal()
    await story.ends_stored(session, LARGE)


@pytest.mark.survives(
    "S3 is silent, and every sender waits for it", "chunks are taken as ever, and told of"
)
async def test_while_every_sender_waits_chunks_are_taken(
    own: Deployment, s3_double: S3Double
) -> None:
    """Writers have threads of their own."""
    senders = 2
    parts = s3_double.fail("UploadPart", faults.hang, times=None)
    async with own.served(s3_read_timeout="60s", relay_concurrency=str(senders)) as served:
        session = await served.caller.begin(chunk_size=PART_BYTES)
        for index in range(senders):
            data_of(await session.put(index, content_of(PART_BYTES)))
        await until(lambda: _hits(parts), lambda hits: hits == senders)
        async with asyncio.timeout(20):
            for index in range(senders, 2 * senders):
                data_of(await session.put(index, content_of(PART_BYTES)))
        assert (await session.status())["received_chunks"] == ["0-3"]
        s3_double.heal()
        served.service.break_off()


async def _hits(rule: faults.Rule) -> int:
    return rule.hits


@pytest.mark.survives(
    "S3 says that a multipart upload is aborted, and parts come to it all the same",
    "Aborted again, until the store has nothing of it",
)
async def test_an_abort_is_repeated_until_nothing_is_left(story: Story) -> None:
    session = await story.sent(LARGE)
    await story.relayed(session, LARGE)
    story.double.fail("AbortMultipartUpload", faults.claim_success, times=2)
    assert (await session.abort()).status_code == 200
    await until(story.own.leftovers, lambda left: not left)
    assert story.double.ledger.count("AbortMultipartUpload") == 3


@pytest.mark.survives(
    "S3 carries out a request after the upload has failed", "The clean-up removes the object"
)
async def test_an_object_that_lands_after_the_end_is_removed(story: Story) -> None:
    story.double.fail("PutObject", faults.landing_late())
    story.double.fail("PutObject", faults.answering("BadDigest"), times=None)
    session = await story.sent(SMALL)
    assert problem_of(await story.settled(session, SMALL), 410) == "gone"
    key = await story.key(session)
    assert story.double.land() == 1
    await until(lambda: story.exists(key), lambda exists: not exists)
