"""PutObject without botocore's layers: what it says, what it sees, and when botocore is asked."""

import asyncio
import base64
from concurrent.futures import Executor
from pathlib import Path

import pytest

from chunk_service.adapters.s3.putting import FEW_BYTES
from chunk_service.adapters.spool.source import FileSlice, WindowSource
from chunk_service.domain.checksums import Algorithm
from chunk_service.domain.objects import (
    ObjectTarget,
    OutcomeUnknown,
    SourceDamaged,
    StoredObject,
    StoreRefused,
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
    key="a key/of ~ß+?.bin",
    upload_id="u1",
    content_type="text/plain; charset=utf-8",
    part_checksum=Algorithm.CRC64NVME,
)
DATA = b"some bytes"
CRC = checksum_of(DATA, Algorithm.CRC64NVME)
SOURCE = BytesSource(DATA, CRC)
# More than goes on the event loop.
MUCH = bytes(FEW_BYTES + 1)
BIG = BytesSource(MUCH, checksum_of(MUCH, Algorithm.CRC64NVME))
ELSEWHERE = document("301 Moved Permanently", "<Error><Code>PermanentRedirect</Code></Error>")
OTHER_REGION = error("400 Bad Request", "AuthorizationHeaderMalformed")
# Of the moment, of the signature of these, or said by botocore about itself.
PASSING = ("date", "authorization", "amz-sdk", "x-amz-date", "accept", "user-agent")


def shown(source: BytesSource = SOURCE, *, etag: str = '"abc"') -> bytes:
    assert source.checksum is not None
    return (
        f"HTTP/1.1 200 OK\r\nETag: {etag}\r\nContent-Length: {source.size_bytes}\r\n"
        f"x-amz-meta-upload-id: u1\r\nx-amz-checksum-crc64nvme: {source.checksum.base64}\r\n"
        "x-amz-checksum-type: FULL_OBJECT\r\n\r\n"
    ).encode()


def said(head: str) -> list[str]:
    first, *lines = head.strip().splitlines()
    fields = [line.partition(": ") for line in lines]
    return [first, *sorted(f"{n.lower()}: {v}" for n, _, v in fields if not _passes(n))]


def _passes(name: str) -> bool:
    return name.lower().startswith(PASSING)


@pytest.fixture(params=[SOURCE, BIG], ids=["few", "more"])
def source(request: pytest.FixtureRequest) -> BytesSource:
    source: BytesSource = request.param
    return source


async def test_what_was_put_is_seen_by_the_same_connection(
    executor: Executor, source: BytesSource
) -> None:
    steps = answering(OK_PART), answering(shown(source))
    async with opened(executor, *steps) as (store, scripted):
        seen = await store.put_object(TARGET, source=source)
    assert seen == StoredObject(source.size_bytes, '"abc"', source.checksum, "u1")
    assert [head.split()[0] for head in scripted.heads] == ["PUT", "HEAD"]
    assert scripted.connections == 1


@pytest.mark.parametrize("refusal", [ELSEWHERE, OTHER_REGION])
async def test_botocore_looks_for_a_bucket_elsewhere_and_says_the_same(
    executor: Executor, refusal: bytes, source: BytesSource
) -> None:
    async with opened(executor, answering(refusal), answering(OK_PART)) as (store, scripted):
        assert await store.put_object(TARGET, source=source) is None
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
async def test_a_look_that_fails_is_no_fault_of_the_put(
    executor: Executor, look: Step, source: BytesSource
) -> None:
    async with opened(executor, answering(OK_PART), look) as (store, scripted):
        assert await store.put_object(TARGET, source=source) is None
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
    executor: Executor, answer: bytes, outcome: type[Exception], source: BytesSource
) -> None:
    async with opened(executor, answering(answer)) as (store, scripted):
        with pytest.raises(outcome):
            await store.put_object(TARGET, source=source)
    assert len(scripted.heads) == 1


async def test_an_endless_answer_is_not_read_to_its_end(
    executor: Executor, source: BytesSource
) -> None:
    async def endless(request: Request) -> None:
        await request.body()
        request.writer.write(b"HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n")
        while not request.writer.is_closing():
            request.writer.write(b"1000\r\n" + bytes(4096) + b"\r\n")
            await request.writer.drain()

    async with opened(executor, endless) as (store, _):
        with pytest.raises(OutcomeUnknown):
            await asyncio.wait_for(store.put_object(TARGET, source=source), 5)


async def test_a_silent_store_is_given_up(executor: Executor, source: BytesSource) -> None:
    async def silent(request: Request) -> None:
        await request.body()
        await asyncio.Event().wait()

    async with opened(executor, silent, read_timeout_seconds=0.2) as (store, _):
        with pytest.raises(OutcomeUnknown):
            await asyncio.wait_for(store.put_object(TARGET, source=source), 5)


async def test_a_put_that_is_cancelled_leaves_no_connection(
    executor: Executor, source: BytesSource
) -> None:
    hung_up = asyncio.Event()

    async def silent(request: Request) -> None:
        await request.body()
        assert await request.reader.read() == b""
        hung_up.set()

    async with opened(executor, silent) as (store, _):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(store.put_object(TARGET, source=source), 0.2)
        await asyncio.wait_for(hung_up.wait(), 5)


async def test_a_damaged_file_never_leaves(executor: Executor, tmp_path: Path) -> None:
    (tmp_path / "chunk").write_bytes(DATA)
    assert CRC is not None
    crc = int.from_bytes(base64.b64decode(CRC.base64))
    for size_bytes, right in ((len(DATA), crc), (len(DATA), crc ^ 1), (len(DATA) + 1, crc)):
        file = FileSlice(tmp_path / "chunk", 0, 0, size_bytes, right)
        steps = answering(OK_PART), answering(shown())
        async with opened(executor, *steps) as (store, scripted):
            put = store.put_object(TARGET, source=WindowSource([file], CRC))
            if (size_bytes, right) == (len(DATA), crc):
                assert await put is not None
                continue
            with pytest.raises(SourceDamaged):
                await put
            assert scripted.heads == []
