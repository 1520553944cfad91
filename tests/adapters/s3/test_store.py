"""What `S3Store` promises of whole uploads, on real stores; their deviations are named here."""

import dataclasses
from concurrent.futures import Executor
from typing import TYPE_CHECKING

import pytest

from chunk_service.adapters.s3.client import open_store
from chunk_service.adapters.s3.options import S3Options
from chunk_service.adapters.s3.store import S3Store
from chunk_service.domain.checksums import Algorithm, Checksum
from chunk_service.domain.objects import (
    MultipartGone,
    MultipartId,
    ObjectExists,
    ObjectRefused,
    ObjectTarget,
    PartsRefused,
    SentPart,
    StoreRefused,
)
from tests.adapters.s3.sources import MIB, BytesSource, checksum_of

if TYPE_CHECKING:
    from types_aiobotocore_s3 import S3Client

WHOLE = bytes(range(256)) * (5 * MIB // 256) + b"the last part"
WRONG = Checksum.of_int(Algorithm.CRC64NVME, 1)
CRC = Algorithm.CRC64NVME


async def send_parts(
    store: S3Store, target: ObjectTarget, multipart: MultipartId, algorithm: Algorithm | None = CRC
) -> list[SentPart]:
    parts = []
    for number, data in enumerate((WHOLE[: 5 * MIB], WHOLE[5 * MIB :]), start=1):
        source = BytesSource(data, checksum_of(data, algorithm))
        etag = await store.upload_part(target, multipart=multipart, number=number, source=source)
        parts.append(SentPart(number, len(data), etag, source.checksum))
    return parts


async def complete(
    store: S3Store,
    target: ObjectTarget,
    multipart: MultipartId,
    parts: list[SentPart],
    checksum: Checksum | None = None,
) -> None:
    size_bytes = sum(part.size_bytes for part in parts)
    await store.complete_multipart(
        target, multipart=multipart, parts=parts, size_bytes=size_bytes, checksum=checksum
    )


def source(data: bytes = b"whole") -> BytesSource:
    return BytesSource(data, checksum_of(data, CRC))


async def content(client: "S3Client", target: ObjectTarget) -> bytes:
    answer = await client.get_object(Bucket=target.bucket, Key=target.key)
    assert answer["ContentType"] == target.content_type
    return await answer["Body"].read()


@pytest.mark.parametrize("algorithm", [Algorithm.CRC64NVME, Algorithm.CRC32, None])
async def test_parts_become_the_object_with_id_and_checksum(
    options: S3Options,
    executor: Executor,
    target: ObjectTarget,
    plain_client: "S3Client",
    algorithm: Algorithm | None,
) -> None:
    whole = checksum_of(WHOLE, algorithm)
    target = dataclasses.replace(target, part_checksum=algorithm)
    async with open_store(options, executor=executor) as s:
        multipart = await s.create_multipart(target)
        parts = await send_parts(s, target, multipart, algorithm)
        listed = await s.list_parts(target, multipart)
        await complete(s, target, multipart, parts, whole)
        stored = await s.head(target)
    assert stored is not None
    assert (stored.size_bytes, stored.upload_id) == (len(WHOLE), target.upload_id)
    assert algorithm is None or stored.checksum == whole
    assert await content(plain_client, target) == WHOLE
    assert listed is not None
    assert [(p.number, p.size_bytes, p.etag) for p in listed] == [
        (p.number, p.size_bytes, p.etag) for p in parts
    ]


async def test_listed_parts_carry_their_checksums(store: S3Store, target: ObjectTarget) -> None:
    multipart = await store.create_multipart(target)
    parts = await send_parts(store, target, multipart)
    assert await store.list_parts(target, multipart) == parts


@pytest.mark.parametrize("data", [b"", b"x", b"y" * (MIB + 1)])
async def test_a_small_object_is_put_whole(
    store: S3Store, target: ObjectTarget, plain_client: "S3Client", data: bytes
) -> None:
    seen = await store.put_object(target, source=source(data))
    stored = await store.head(target)
    assert stored is not None
    assert (stored.size_bytes, stored.upload_id) == (len(data), target.upload_id)
    assert seen == stored
    assert await content(plain_client, target) == data


async def test_a_part_with_another_checksum_is_refused(
    store: S3Store, target: ObjectTarget
) -> None:
    multipart = await store.create_multipart(target)
    with pytest.raises(ObjectRefused):
        await store.upload_part(
            target, multipart=multipart, number=1, source=BytesSource(b"other", WRONG)
        )


async def test_an_object_with_another_checksum_is_refused(
    store: S3Store, target: ObjectTarget
) -> None:
    with pytest.raises(ObjectRefused):
        await store.put_object(target, source=BytesSource(b"other", WRONG))
    assert await store.head(target) is None


async def test_a_whole_with_another_checksum_is_refused(
    store: S3Store, target: ObjectTarget
) -> None:
    multipart = await store.create_multipart(target)
    parts = await send_parts(store, target, multipart)
    with pytest.raises(ObjectRefused):
        await complete(store, target, multipart, parts, WRONG)
    assert await store.head(target) is None


async def test_parts_that_are_too_small_are_refused(store: S3Store, target: ObjectTarget) -> None:
    multipart = await store.create_multipart(target)
    parts = []
    for number in (1, 2):
        etag = await store.upload_part(
            target, multipart=multipart, number=number, source=source(b"small")
        )
        parts.append(SentPart(number, 5, etag, checksum_of(b"small", CRC)))
    with pytest.raises(ObjectRefused):
        await complete(store, target, multipart, parts)


async def test_parts_that_the_store_does_not_have_are_refused(
    store: S3Store, target: ObjectTarget
) -> None:
    multipart = await store.create_multipart(target)
    first, last = await send_parts(store, target, multipart)
    with pytest.raises(PartsRefused):
        await complete(
            store, target, multipart, [first, dataclasses.replace(last, etag=first.etag)]
        )


async def test_a_put_does_not_replace_an_object(store: S3Store, target: ObjectTarget) -> None:
    await store.put_object(target, source=source(b"first"))
    with pytest.raises(ObjectExists):
        await store.put_object(target, source=source(b"second one"))
    stored = await store.head(target)
    assert stored is not None
    assert stored.size_bytes == 5


async def test_a_completion_does_not_replace_an_object(
    store: S3Store, target: ObjectTarget
) -> None:
    multipart = await store.create_multipart(target)
    parts = await send_parts(store, target, multipart)
    await store.put_object(target, source=source(b"first"))
    with pytest.raises(ObjectExists):
        await complete(store, target, multipart, parts)


async def test_an_aborted_upload_is_gone_and_may_be_aborted_again(
    store: S3Store, target: ObjectTarget
) -> None:
    multipart = await store.create_multipart(target)
    await send_parts(store, target, multipart)
    await store.abort_multipart(target, multipart)
    await store.abort_multipart(target, multipart)
    assert await store.list_parts(target, multipart) is None
    assert await store.list_multiparts(target) == []


async def test_a_part_for_a_gone_upload_is_told_so(store: S3Store, target: ObjectTarget) -> None:
    multipart = await store.create_multipart(target)
    await store.abort_multipart(target, multipart)
    with pytest.raises(MultipartGone):
        await store.upload_part(target, multipart=multipart, number=1, source=source())


async def test_a_completion_of_a_gone_upload_is_told_so(
    store: S3Store, target: ObjectTarget
) -> None:
    multipart = await store.create_multipart(target)
    parts = await send_parts(store, target, multipart)
    await store.abort_multipart(target, multipart)
    with pytest.raises(MultipartGone):
        await complete(store, target, multipart, parts)


async def test_an_upload_without_parts_lists_none(store: S3Store, target: ObjectTarget) -> None:
    assert await store.list_parts(target, await store.create_multipart(target)) == []


async def test_open_uploads_are_listed_by_exact_key(store: S3Store, target: ObjectTarget) -> None:
    for key in (target.key + "x", target.key + "/x", target.key[:-1], "uploads/1", "uploads"):
        await store.create_multipart(dataclasses.replace(target, key=key))
    ours = {await store.create_multipart(target), await store.create_multipart(target)}
    assert set(await store.list_multiparts(target)) == ours


async def test_a_deleted_object_is_absent_and_may_be_deleted_again(
    store: S3Store, target: ObjectTarget
) -> None:
    await store.put_object(target, source=source())
    await store.delete(target)
    assert await store.head(target) is None
    await store.delete(target)


async def test_ping_finds_the_bucket_or_calls_the_operator(
    store: S3Store, target: ObjectTarget
) -> None:
    await store.ping(target.bucket)
    with pytest.raises(StoreRefused):
        await store.ping("no-such-bucket")


async def test_a_missing_bucket_calls_the_operator(store: S3Store, target: ObjectTarget) -> None:
    absent = dataclasses.replace(target, bucket="no-such-bucket")
    with pytest.raises(StoreRefused):
        await store.create_multipart(absent)
    with pytest.raises(StoreRefused):
        await store.put_object(absent, source=source())


async def test_wrong_credentials_call_the_operator_and_are_not_shown(
    options: S3Options, executor: Executor, target: ObjectTarget
) -> None:
    wrong = dataclasses.replace(options, secret_key="another-secret")
    async with open_store(wrong, executor=executor) as store:
        with pytest.raises(StoreRefused) as refused:
            await store.create_multipart(target)
        with pytest.raises(StoreRefused):
            await store.put_object(target, source=source())
    assert "another-secret" not in f"{refused.value!r} {wrong!r}"
    assert target.key not in str(refused.value)
