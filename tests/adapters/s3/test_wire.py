"""The wire hook: bounded memory, early answers, sources that break, tasks that are cancelled."""

import asyncio
import threading
import tracemalloc
from concurrent.futures import Executor, ThreadPoolExecutor

import pytest

from chunk_service.adapters.s3.store import S3Store
from chunk_service.domain.checksums import Algorithm
from chunk_service.domain.objects import (
    MultipartId,
    ObjectTarget,
    OutcomeUnknown,
    PartSource,
    SourceDamaged,
    StoreRefused,
)
from tests.adapters.s3.scripted import (
    OK_PART,
    Request,
    answering,
    answering_early,
    error,
    opened,
)
from tests.adapters.s3.sources import MIB, BreakingSource, BytesSource, RepeatingSource

TARGET = ObjectTarget(
    bucket="bucket",
    key="key",
    upload_id="u1",
    content_type="text/plain",
    part_checksum=Algorithm.CRC64NVME,
)


async def upload(store: S3Store, source: PartSource) -> str:
    return await store.upload_part(TARGET, multipart=MultipartId("m"), number=1, source=source)


async def test_the_bytes_arrive_and_the_connection_is_kept(executor: Executor) -> None:
    bodies = []

    async def step(request: Request) -> None:
        bodies.append(await request.body())
        request.writer.write(OK_PART)

    data = bytes(range(256)) * 8192 + b"end"
    async with opened(executor, step) as (store, scripted):
        await upload(store, BytesSource(data))
        await upload(store, BytesSource(b""))
        await upload(store, BytesSource(data))
    assert bodies == [data, b"", data]
    assert scripted.connections == 1
    assert "expect" not in scripted.heads[0].lower()
    assert "x-amz-content-sha256: unsigned-payload" in scripted.heads[0].lower()


async def test_an_early_error_is_read_and_ends_the_sending(executor: Executor) -> None:
    source = RepeatingSource(1024 * MIB)
    refusal = answering_early(error("403 Forbidden", "AccessDenied"))
    async with opened(executor, refusal, answering(OK_PART)) as (store, scripted):
        with pytest.raises(StoreRefused, match="403 AccessDenied"):
            await upload(store, source)
        assert source.ended
        await upload(store, BytesSource(b"next"))
    assert scripted.connections == 2


async def test_an_early_slow_down_is_tried_again(executor: Executor) -> None:
    slow_down = answering_early(error("503 Slow Down", "SlowDown"))
    async with opened(executor, slow_down, answering(OK_PART)) as (store, scripted):
        assert await upload(store, RepeatingSource(16 * MIB)) == '"abc"'
    assert scripted.connections == 2


@pytest.mark.parametrize("failure", [SourceDamaged([7]), FileNotFoundError("chunk 7")])
async def test_an_error_of_the_source_comes_out_and_closes(
    executor: Executor, failure: Exception
) -> None:
    closed = asyncio.Event()

    async def step(request: Request) -> None:
        await request.reader.read()
        closed.set()

    async with opened(executor, step, answering(OK_PART)) as (store, scripted):
        with pytest.raises(type(failure)) as raised:
            await upload(store, BreakingSource(failure))
        assert raised.value is failure
        await closed.wait()
        await upload(store, BytesSource(b"next"))
    assert scripted.connections == 2
    assert len(scripted.heads) == 2


async def test_a_cancelled_upload_leaves_no_thread_and_no_connection(executor: Executor) -> None:
    taking = asyncio.Event()
    gone = asyncio.Event()

    async def step(request: Request) -> None:
        await request.reader.readexactly(2 * MIB)
        taking.set()
        await asyncio.Event().wait()

    async def after(request: Request) -> None:
        gone.set()
        await answering(OK_PART)(request)

    source = RepeatingSource(1024 * MIB)
    async with opened(executor, step, after) as (store, scripted):
        task = asyncio.create_task(upload(store, source))
        await taking.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert source.ended
        await upload(store, BytesSource(b"next"))
    assert gone.is_set()
    assert scripted.connections == 2


async def test_a_cancelled_upload_that_waits_for_an_answer_ends(executor: Executor) -> None:
    taken = asyncio.Event()

    async def step(request: Request) -> None:
        await request.body()
        taken.set()
        await asyncio.Event().wait()

    async with opened(executor, step) as (store, _):
        task = asyncio.create_task(upload(store, BytesSource(b"whole")))
        await taken.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_an_upload_cancelled_before_its_turn_sends_nothing() -> None:
    free = threading.Event()
    with ThreadPoolExecutor(1) as executor:
        executor.submit(free.wait)
        async with opened(executor, answering(OK_PART)) as (store, scripted):
            source = BytesSource(b"never")
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(upload(store, source), timeout=0.05)
            free.set()
            await upload(store, BytesSource(b"next"))
        assert source.begun == 0
        assert len(scripted.heads) == 1


async def test_a_store_that_takes_nothing_is_given_up(executor: Executor) -> None:
    async def step(request: Request) -> None:
        await asyncio.Event().wait()

    async with opened(executor, step, read_timeout_seconds=0.05) as (store, scripted):
        with pytest.raises(OutcomeUnknown):
            await store.put_object(TARGET, source=RepeatingSource(64 * MIB))
    assert len(scripted.heads) == 1


async def test_an_unreachable_store_is_an_unknown_outcome(executor: Executor) -> None:
    async with opened(executor, answering(OK_PART)) as (store, scripted):
        assert scripted.server is not None
        scripted.server.close()
        with pytest.raises(OutcomeUnknown):
            await store.put_object(TARGET, source=BytesSource(b"bytes"))


async def test_a_large_part_needs_no_memory_of_its_size(executor: Executor) -> None:
    async def step(request: Request) -> None:
        left = request.length_bytes
        while left:
            left -= len(await request.reader.read(MIB))
        request.writer.write(OK_PART)

    async with opened(executor, step) as (store, _):
        tracemalloc.start()
        try:
            await upload(store, RepeatingSource(64 * MIB))
            _, peak_bytes = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak_bytes < 8 * MIB
