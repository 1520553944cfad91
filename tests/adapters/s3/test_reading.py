"""An object is read as a stream: the version that is meant, whole, or not to a good end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from chunk_service.adapters.s3.options import S3Options
from chunk_service.adapters.s3.reading import S3Reader, open_reader
from chunk_service.domain.objects import (
    ObjectGone,
    ObjectTarget,
    OutcomeUnknown,
    StoreError,
    StoreRefused,
)
from chunk_service.domain.ranges import Range
from tests.adapters.s3.scripted import Request, Step, answering, error, reset, scripted_store

if TYPE_CHECKING:
    from types_aiobotocore_s3 import S3Client

MIB = 1024 * 1024
CONTENT = bytes(range(256)) * (3 * MIB // 256) + b"the end"
ETAG = '"abc"'
TARGET = ObjectTarget(
    bucket="bucket", key="key", upload_id="u1", content_type="text/plain", part_checksum=None
)


async def read(
    reader: S3Reader,
    wanted: Range | None = None,
    *,
    target: ObjectTarget = TARGET,
    etag: str = ETAG,
    size_bytes: int = 10,
) -> bytes:
    wanted = wanted or (0, size_bytes)
    async with reader.read(target, etag=etag, size_bytes=size_bytes, wanted=wanted) as pieces:
        return b"".join([piece async for piece in pieces])


@pytest.fixture
async def reader(options: S3Options) -> AsyncIterator[S3Reader]:
    async with open_reader(options, connections=2) as reader:
        yield reader


@pytest.mark.parametrize("wanted", [(0, 1), (5, 2 * MIB), (len(CONTENT) - 3, len(CONTENT)), None])
async def test_bytes_come_as_they_were_put(
    reader: S3Reader, target: ObjectTarget, plain_client: "S3Client", wanted: Range | None
) -> None:
    put = await plain_client.put_object(Bucket=target.bucket, Key=target.key, Body=CONTENT)
    got = await read(reader, wanted, target=target, etag=put["ETag"], size_bytes=len(CONTENT))
    assert got == (CONTENT if wanted is None else CONTENT[slice(*wanted)])


async def test_what_is_not_there_is_gone(reader: S3Reader, target: ObjectTarget) -> None:
    with pytest.raises(ObjectGone):
        await read(reader, target=target)


@pytest.mark.parametrize("wanted", [None, (2, 5)])
async def test_another_object_at_the_key_is_not_the_one(
    reader: S3Reader, target: ObjectTarget, plain_client: "S3Client", wanted: Range | None
) -> None:
    put = await plain_client.put_object(Bucket=target.bucket, Key=target.key, Body=b"0123456789")
    await plain_client.put_object(Bucket=target.bucket, Key=target.key, Body=b"abcdefghij")
    with pytest.raises(ObjectGone):
        await read(reader, wanted, target=target, etag=put["ETag"])


@asynccontextmanager
async def reading_from(*steps: Step, read_timeout_seconds: float = 60) -> AsyncIterator[S3Reader]:
    async with scripted_store(*steps) as scripted:
        options = S3Options(
            region="us-east-1",
            endpoint_url=scripted.endpoint_url,
            access_key="access",
            secret_key="secret",
            addressing_style="path",
            read_timeout_seconds=read_timeout_seconds,
        )
        async with open_reader(options, connections=2) as reader:
            yield reader


def object_answer(
    body: bytes = b"0123456789", *, etag: str = ETAG, length_bytes: int | None = None
) -> bytes:
    """`length_bytes` is that which is promised, where that is another."""
    promised = len(body) if length_bytes is None else length_bytes
    head = f"HTTP/1.1 200 OK\r\nETag: {etag}\r\nContent-Length: {promised}\r\n\r\n"
    return head.encode() + body


@pytest.mark.parametrize(
    ("raw", "outcome"),
    [
        (error("404 Not Found", "NoSuchKey"), ObjectGone),
        (error("412 Precondition Failed", "PreconditionFailed"), ObjectGone),
        (object_answer(etag='"other"'), ObjectGone),
        (error("404 Not Found", "NoSuchBucket"), StoreRefused),
        (error("403 Forbidden", "AccessDenied"), StoreRefused),
        (error("500 Internal Server Error", "InternalError"), OutcomeUnknown),
        (error("503 Slow Down", "SlowDown"), OutcomeUnknown),
        (object_answer(b"01234567890"), OutcomeUnknown),
        (object_answer(b"012345678"), OutcomeUnknown),
    ],
)
async def test_what_is_no_such_object_is_told_apart(raw: bytes, outcome: type[StoreError]) -> None:
    async with reading_from(answering(raw)) as reader:
        with pytest.raises(outcome) as raised:
            await read(reader)
    assert type(raised.value) is outcome


async def test_the_store_is_told_which_version_is_meant() -> None:
    heads: list[str] = []

    async def note(request: Request) -> None:
        heads.append(request.head.lower())
        request.writer.write(object_answer(b"234"))

    async with reading_from(note) as reader:
        assert await read(reader, (2, 5)) == b"234"
    assert f"\r\nif-match: {ETAG}\r\n" in heads[0]
    assert "\r\nrange: bytes=2-4\r\n" in heads[0]


async def test_a_store_that_ignores_ranges_is_not_believed() -> None:
    async with reading_from(answering(object_answer())) as reader:
        with pytest.raises(OutcomeUnknown):
            await read(reader, (2, 5))


async def test_what_fails_before_the_first_byte_is_asked_for_again() -> None:
    steps = (reset, answering(error("503 Slow Down", "SlowDown")), answering(object_answer()))
    async with reading_from(*steps) as reader:
        assert await read(reader) == b"0123456789"


async def _close(request: Request) -> None:
    request.writer.write(object_answer(b"01234", length_bytes=10))
    request.writer.close()


async def _reset(request: Request) -> None:
    request.writer.write(object_answer(b"01234", length_bytes=10))
    await request.writer.drain()
    request.writer.transport.abort()


async def _fall_silent(request: Request) -> None:
    request.writer.write(object_answer(b"01234", length_bytes=10))
    await asyncio.Event().wait()


@pytest.mark.parametrize("fault", [_close, _reset, _fall_silent])
async def test_a_body_that_breaks_off_never_just_ends(fault: Step) -> None:
    async with reading_from(fault, read_timeout_seconds=0.3) as reader:
        with pytest.raises(OutcomeUnknown):
            await read(reader)


async def test_a_reader_that_leaves_closes_the_connection() -> None:
    ended = asyncio.Event()

    async def endless(request: Request) -> None:
        request.writer.write(object_answer(b"", length_bytes=2**40))
        try:
            while True:
                request.writer.write(b"x" * MIB)
                await request.writer.drain()
        except ConnectionError:
            ended.set()
            raise

    async with reading_from(endless) as reader:
        for _ in range(3):  # there are two connections
            ended.clear()
            opened = reader.read(TARGET, etag=ETAG, size_bytes=2**40, wanted=(0, 2**40))
            async with opened as pieces:
                assert await anext(pieces)
            await asyncio.wait_for(ended.wait(), 5)


async def test_a_slow_reader_is_not_read_ahead_for() -> None:
    written_bytes = 0

    async def endless(request: Request) -> None:
        nonlocal written_bytes
        request.writer.write(object_answer(b"", length_bytes=2**40))
        while True:
            request.writer.write(b"x" * MIB)
            await request.writer.drain()
            written_bytes += MIB

    async with reading_from(endless) as reader:
        opened = reader.read(TARGET, etag=ETAG, size_bytes=2**40, wanted=(0, 2**40))
        async with opened as pieces:
            assert await anext(pieces)
            before = -1
            while written_bytes != before:
                before = written_bytes
                await asyncio.sleep(0.2)
    assert written_bytes < 32 * MIB  # what the sockets of the kernel hold
