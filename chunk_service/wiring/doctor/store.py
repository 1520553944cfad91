"""The object store: every call that the service makes, made once on objects of our own.

What they leave is removed again. The guards that settings speak of are in `store_guards.py`, what
clients see of the store in `store_outside.py`.
"""

import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from typing import Final

import httpx

from chunk_service.adapters.s3.client import open_store
from chunk_service.adapters.s3.store import S3Store
from chunk_service.domain.findings import Finding, doubtful, faulty, sound
from chunk_service.domain.objects import BytesSource, ObjectTarget, StoreError, StoreRefused
from chunk_service.settings.model import Settings
from chunk_service.wiring.doctor.probes import PROBE, Probed, checksum_of, new_target
from chunk_service.wiring.doctor.store_guards import of_checksums, of_conditions, of_lifecycle
from chunk_service.wiring.doctor.store_outside import of_outside
from chunk_service.wiring.options import s3_options

WORRYING_SKEW_SECONDS: Final = 60.0
REFUSED_SKEW_SECONDS: Final = 15 * 60.0
ANSWER_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class _Stores:
    """As settings say; and one that always asks for its writes to be conditional."""

    plain: S3Store
    conditional: S3Store


async def of_store(settings: Settings) -> AsyncIterator[Finding]:
    finding = await _of_clock(settings)
    if finding is not None:
        yield finding
    async with AsyncExitStack() as stack:
        options = s3_options(settings)
        executor = stack.enter_context(ThreadPoolExecutor(2))
        plain = await stack.enter_async_context(open_store(options, executor=executor))
        conditional = plain
        if not options.conditional_writes:
            always = replace(options, conditional_writes=True)
            conditional = await stack.enter_async_context(open_store(always, executor=executor))
        stores = _Stores(plain, conditional)
        bucket = await _of_bucket(settings, plain)
        yield bucket
        if not bucket.advice:
            async for each in _of_calls(settings, stores):
                yield each


async def _of_calls(settings: Settings, stores: _Stores) -> AsyncIterator[Finding]:
    async with Probed(stores.plain) as probed:
        yield await _of_objects(settings, stores.plain, probed)
        yield await _of_missing_keys(settings, stores.plain)
        yield await _of_multiparts(settings, stores.plain, probed)
        yield await of_conditions(settings, stores.conditional, probed)
        yield await of_checksums(settings, stores.plain, probed)
        yield await of_lifecycle(settings, stores.plain)
        async for each in of_outside(settings, stores.plain, probed):
            yield each


async def _of_clock(settings: Settings) -> Finding | None:
    """None where the store can't be asked: its bucket tells why."""
    url = settings.s3_endpoint_url or f"https://s3.{settings.s3_region_name}.amazonaws.com"
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=ANSWER_SECONDS) as client:
            answer = await client.get(url)
        skew = parsedate_to_datetime(answer.headers["date"]).timestamp() - time.time()
    except (httpx.HTTPError, KeyError, ValueError):
        return None
    said, advice = f"its clock is {skew:+.0f} s from ours", "Let this machine's clock follow NTP."
    if abs(skew) > REFUSED_SKEW_SECONDS:
        return faulty("s3.clock", f"{said}: it refuses what we sign", advice)
    if abs(skew) > WORRYING_SKEW_SECONDS:
        return doubtful("s3.clock", said, advice)
    return sound("s3.clock", said)


async def _of_bucket(settings: Settings, store: S3Store) -> Finding:
    name = settings.s3_bucket_name
    try:
        await store.ping(name)
    except StoreRefused as refused:
        advice = "404: make the bucket. 403: look at S3_ACCESS_KEY, S3_SECRET_KEY and its policy."
        return faulty("s3.bucket", f"{name} is refused us ({refused})", advice)
    except StoreError as error:
        advice = (
            "Look at S3_ENDPOINT_URL and at the store; chunks are taken until the spool is full."
        )
        return faulty("s3.bucket", f"the store does not answer ({error})", advice)
    return sound("s3.bucket", f"{name} answers")


async def _of_objects(settings: Settings, store: S3Store, probed: Probed) -> Finding:
    """Put, head, get and delete."""
    target = probed.add(new_target(settings))
    source = BytesSource(PROBE, checksum_of(PROBE, target.part_checksum))
    try:
        await store.put_object(target, source=source)
        found = await store.head(target)
        if found is None or found.size_bytes != len(PROBE) or found.upload_id != target.upload_id:
            said = "what was put is not what is found"
            return faulty("s3.objects", said, "The store keeps no size or metadata as S3 does.")
        if await store.read_start(target, etag=found.etag, most_bytes=len(PROBE)) != PROBE:
            return faulty("s3.objects", "other bytes come back", "Do not use this store.")
        await store.delete(target)
        if await store.head(target) is not None:
            said = "a deleted object is still found"
            return doubtful("s3.objects", said, "Is something in front of the store caching?")
    except StoreError as error:
        return faulty("s3.objects", f"refused or unanswered: {error}", _allowing(error))
    return sound("s3.objects", "put, head, get and delete work")


async def _of_missing_keys(settings: Settings, store: S3Store) -> Finding:
    try:
        found = await store.head(new_target(settings))
    except StoreError as error:
        advice = "Allow s3:ListBucket: without it an absent object can't be told from a refusal."
        return faulty("s3.missing-keys", f"HEAD of a missing key is no 404: {error}", advice)
    if found is not None:
        return faulty("s3.missing-keys", "a missing key is found", "Do not use this store.")
    return sound("s3.missing-keys", "HEAD of a missing key is 404")


async def _of_multiparts(settings: Settings, store: S3Store, probed: Probed) -> Finding:
    """Create, send, copy, list, complete; and abort another one."""
    try:
        await _complete_one(settings, store, probed)
        await _abort_one(settings, store, probed)
    except StoreError as error:
        return faulty("s3.multiparts", f"refused or unanswered: {error}", _allowing(error))
    except _UnlikeS3Error as error:
        return faulty("s3.multiparts", str(error), "Do not use this store.")
    return sound("s3.multiparts", "create, send, copy, list, complete and abort work")


class _UnlikeS3Error(Exception):
    """The store answered success, and did something else."""


async def _complete_one(settings: Settings, store: S3Store, probed: Probed) -> None:
    target = probed.add(new_target(settings))
    multipart = await probed.begin(target)
    source = BytesSource(PROBE, checksum_of(PROBE, target.part_checksum))
    await store.upload_part(target, multipart=multipart, number=1, source=source)
    parts = await store.list_parts(target, multipart)
    if parts is None or [part.size_bytes for part in parts] != [len(PROBE)]:
        raise _UnlikeS3Error("a part that was sent is not listed")
    if multipart not in await store.list_multiparts(target):
        raise _UnlikeS3Error("an open multipart upload is not listed")
    checked = [replace(each, checksum=source.checksum) for each in parts]
    await store.complete_multipart(
        target, multipart=multipart, parts=checked, size_bytes=len(PROBE), checksum=source.checksum
    )
    found = await store.head(target)
    if found is None or found.size_bytes != len(PROBE):
        raise _UnlikeS3Error("a completed multipart upload is no object")
    await _copy(settings, store, probed, source=target, etag=found.etag)


async def _copy(
    settings: Settings, store: S3Store, probed: Probed, *, source: ObjectTarget, etag: str
) -> None:
    """What a presigned request brought is copied to its own key; in parts, where it is large."""
    await store.copy_object(probed.add(_unchecked(settings)), source_key=source.key, etag=etag)
    target = probed.add(_unchecked(settings))
    await store.copy_part(
        target,
        multipart=await probed.begin(target),
        number=1,
        source_key=source.key,
        etag=etag,
        first_byte=0,
        last_byte=len(PROBE) - 1,
    )


async def _abort_one(settings: Settings, store: S3Store, probed: Probed) -> None:
    target = probed.add(new_target(settings))
    multipart = await probed.begin(target)
    await store.abort_multipart(target, multipart)
    if await store.list_parts(target, multipart) is not None:
        raise _UnlikeS3Error("an aborted multipart upload is still there")


def _unchecked(settings: Settings) -> ObjectTarget:
    return replace(new_target(settings), part_checksum=None)


def _allowing(error: StoreError) -> str:
    operation = str(error).partition(":")[0].split()[0]
    if isinstance(error, StoreRefused):
        return f"Let the policy of S3_ACCESS_KEY allow {operation} on the bucket and its objects."
    return f"See why the store answers {operation} in this way."
