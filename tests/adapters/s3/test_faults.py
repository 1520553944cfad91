"""Lost, late and false answers of a store, and what `S3Store` makes of them."""

from collections.abc import Awaitable, Callable
from concurrent.futures import Executor

import pytest

from chunk_service.adapters.s3.client import ATTEMPTS
from chunk_service.adapters.s3.store import S3Store
from chunk_service.domain.checksums import Algorithm
from chunk_service.domain.objects import (
    MultipartId,
    ObjectRefused,
    ObjectTarget,
    OutcomeUnknown,
    SentPart,
)
from tests.adapters.s3.scripted import (
    OK_PART,
    Request,
    Step,
    answering,
    document,
    error,
    opened,
    reset,
)
from tests.adapters.s3.sources import BytesSource, checksum_of

TARGET = ObjectTarget(
    bucket="bucket",
    key="key",
    upload_id="u1",
    content_type="text/plain",
    part_checksum=Algorithm.CRC64NVME,
)
MULTIPART = MultipartId("m1")
DATA = b"some bytes"
CRC = checksum_of(DATA, Algorithm.CRC64NVME)
PART = SentPart(1, len(DATA), '"abc"', CRC)
SLOW_DOWN = error("503 Slow Down", "SlowDown")


async def upload(store: S3Store) -> str:
    return await store.upload_part(
        TARGET, multipart=MULTIPART, number=1, source=BytesSource(DATA, CRC)
    )


async def put(store: S3Store) -> None:
    await store.put_object(TARGET, source=BytesSource(DATA, CRC))


async def complete(store: S3Store) -> None:
    await store.complete_multipart(
        TARGET, multipart=MULTIPART, parts=[PART], size_bytes=len(DATA), checksum=CRC
    )


async def create(store: S3Store) -> None:
    await store.create_multipart(TARGET)


@pytest.mark.parametrize("fault", [reset, answering(SLOW_DOWN)])
async def test_a_part_is_sent_again(executor: Executor, fault: Step) -> None:
    async with opened(executor, fault, answering(OK_PART)) as (store, scripted):
        assert await upload(store) == '"abc"'
    assert len(scripted.heads) == 2


async def test_a_part_is_not_sent_for_ever(executor: Executor) -> None:
    async with opened(executor, reset) as (store, scripted):
        with pytest.raises(OutcomeUnknown):
            await upload(store)
    assert len(scripted.heads) == 1 + ATTEMPTS


@pytest.mark.parametrize("call", [create, put, complete])
@pytest.mark.parametrize("fault", [reset, answering(SLOW_DOWN)])
async def test_what_creates_is_sent_once(
    executor: Executor, call: Callable[[S3Store], Awaitable[None]], fault: Step
) -> None:
    async with opened(executor, fault) as (store, scripted):
        with pytest.raises(OutcomeUnknown):
            await call(store)
    assert len(scripted.heads) == 1


@pytest.mark.parametrize(
    ("raw", "outcome"),
    [
        (error("200 OK", "InternalError"), OutcomeUnknown),
        (error("200 OK", "EntityTooSmall"), ObjectRefused),
        (document("200 OK", ""), OutcomeUnknown),
        (document("200 OK", "<CompleteMultipartUploadResult/>"), OutcomeUnknown),
        (document("200 OK", "<CompleteMultipartUploadRes"), OutcomeUnknown),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\nConnection: close\r\n\r\n", OutcomeUnknown),
        (b"not HTTP\r\n\r\n", OutcomeUnknown),
    ],
)
async def test_a_completion_is_believed_only_whole(
    executor: Executor, raw: bytes, outcome: type[Exception]
) -> None:
    async def answer_and_close(request: Request) -> None:
        await answering(raw)(request)
        request.writer.close()

    async with opened(executor, answer_and_close) as (store, scripted):
        with pytest.raises(outcome):
            await complete(store)
    assert len(scripted.heads) == 1


async def test_a_completion_carries_every_guard(executor: Executor) -> None:
    answer = '<CompleteMultipartUploadResult><ETag>"e"</ETag></CompleteMultipartUploadResult>'
    async with opened(executor, answering(document("200 OK", answer))) as (store, scripted):
        await complete(store)
    assert CRC is not None
    for header in (
        "if-none-match: *",
        f"x-amz-mp-object-size: {len(DATA)}",
        f"x-amz-checksum-crc64nvme: {CRC.base64}",
        "x-amz-checksum-type: full_object",
    ):
        assert header.lower() in scripted.heads[0].lower()


async def test_a_part_that_arrived_as_other_bytes_is_not_believed(executor: Executor) -> None:
    other = OK_PART.replace(b"Content", b"x-amz-checksum-crc64nvme: AAAAAAAAAAA=\r\nContent", 1)
    async with opened(executor, answering(other)) as (store, _):
        with pytest.raises(OutcomeUnknown):
            await upload(store)


@pytest.mark.parametrize("call", [upload, put])
async def test_an_answer_without_etag_proves_nothing(
    executor: Executor, call: Callable[[S3Store], Awaitable[object]]
) -> None:
    async with opened(executor, answering(document("200 OK", ""))) as (store, _):
        with pytest.raises(OutcomeUnknown):
            await call(store)


def page(number: int, *, truncated: bool) -> bytes:
    assert CRC is not None
    return document(
        "200 OK",
        f"<ListPartsResult><IsTruncated>{str(truncated).lower()}</IsTruncated>"
        f"<NextPartNumberMarker>{number}</NextPartNumberMarker>"
        f'<Part><PartNumber>{number}</PartNumber><ETag>"{number}"</ETag><Size>7</Size>'
        f"<ChecksumCRC64NVME>{CRC.base64}</ChecksumCRC64NVME></Part></ListPartsResult>",
    )


async def test_parts_are_listed_from_all_pages(executor: Executor) -> None:
    pages = (answering(page(1, truncated=True)), answering(page(2, truncated=False)))
    async with opened(executor, *pages) as (store, scripted):
        listed = await store.list_parts(TARGET, MULTIPART)
    assert listed == [SentPart(1, 7, '"1"', CRC), SentPart(2, 7, '"2"', CRC)]
    assert "part-number-marker=1" in scripted.heads[1]
