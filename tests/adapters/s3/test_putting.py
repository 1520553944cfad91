"""PutObject without botocore's layers: what it says, what it sees, and when botocore is asked."""

from concurrent.futures import Executor

import pytest

from chunk_service.domain.checksums import Algorithm
from chunk_service.domain.objects import ObjectTarget, OutcomeUnknown, StoredObject, StoreRefused
from tests.adapters.s3.scripted import (
    OK_PART,
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
    key="a key/of ~ß+?.bin",
    upload_id="u1",
    content_type="text/plain; charset=utf-8",
    part_checksum=Algorithm.CRC64NVME,
)
DATA = b"some bytes"
CRC = checksum_of(DATA, Algorithm.CRC64NVME)
SOURCE = BytesSource(DATA, CRC)
ELSEWHERE = document("301 Moved Permanently", "<Error><Code>PermanentRedirect</Code></Error>")
OTHER_REGION = error("400 Bad Request", "AuthorizationHeaderMalformed")
# Of the moment, of the signature of these, or said by botocore about itself.
PASSING = ("date", "authorization", "amz-sdk", "x-amz-date", "accept", "user-agent")


def shown(*, size: int = len(DATA), etag: str = '"abc"') -> bytes:
    assert CRC is not None
    return (
        f"HTTP/1.1 200 OK\r\nETag: {etag}\r\nContent-Length: {size}\r\n"
        f"x-amz-meta-upload-id: u1\r\nx-amz-checksum-crc64nvme: {CRC.base64}\r\n"
        "x-amz-checksum-type: FULL_OBJECT\r\n\r\n"
    ).encode()


def said(head: str) -> list[str]:
    first, *lines = head.strip().splitlines()
    fields = [line.partition(": ") for line in lines]
    return [first, *sorted(f"{n.lower()}: {v}" for n, _, v in fields if not _passes(n))]


def _passes(name: str) -> bool:
    return name.lower().startswith(PASSING)


async def test_what_was_put_is_seen_by_the_same_connection(executor: Executor) -> None:
    async with opened(executor, answering(OK_PART), answering(shown())) as (store, scripted):
        seen = await store.put_object(TARGET, source=SOURCE)
    assert seen == StoredObject(len(DATA), '"abc"', CRC, "u1")
    assert [head.split()[0] for head in scripted.heads] == ["PUT", "HEAD"]
    assert scripted.connections == 1


@pytest.mark.parametrize("refusal", [ELSEWHERE, OTHER_REGION])
async def test_botocore_looks_for_a_bucket_elsewhere_and_says_the_same(
    executor: Executor, refusal: bytes
) -> None:
    async with opened(executor, answering(refusal), answering(OK_PART)) as (store, scripted):
        assert await store.put_object(TARGET, source=SOURCE) is None
    ours, botocores = said(scripted.heads[0]), said(scripted.heads[-1])
    assert ours == botocores


@pytest.mark.parametrize(
    "look",
    [
        reset,
        answering(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"),
        answering(b"HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\n\r\n"),
        answering(shown(etag="")),
        answering(b"not HTTP\r\n\r\n"),
    ],
)
async def test_a_look_that_fails_is_no_fault_of_the_put(executor: Executor, look: Step) -> None:
    async with opened(executor, answering(OK_PART), look) as (store, scripted):
        assert await store.put_object(TARGET, source=SOURCE) is None
    assert len(scripted.heads) == 2


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (error("403 Forbidden", "AccessDenied"), StoreRefused),
        (error("500 Internal Server Error", "InternalError"), OutcomeUnknown),
        (document("502 Bad Gateway", "<html>no S3</html>"), OutcomeUnknown),
        (document("403 Forbidden", "cut of"), StoreRefused),
    ],
)
async def test_what_is_refused_is_not_looked_at(
    executor: Executor, answer: bytes, outcome: type[Exception]
) -> None:
    async with opened(executor, answering(answer)) as (store, scripted):
        with pytest.raises(outcome):
            await store.put_object(TARGET, source=SOURCE)
    assert len(scripted.heads) == 1
