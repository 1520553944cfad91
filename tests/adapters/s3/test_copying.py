"""Copies within the bucket, bound to what the source was found to be, on a store that checks."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from chunk_service.adapters.s3.store import S3Store
from chunk_service.domain.objects import MultipartId, ObjectTarget, OutcomeUnknown, SourceChanged
from chunk_service.domain.plan import MIB
from chunk_service.domain.states import State
from chunk_service.domain.uploads import Pending, Stored, Upload, UploadId, Way
from chunk_service.usecases.begin_multipart import BeginMultipart
from chunk_service.usecases.closing import Closed
from chunk_service.usecases.make_of_pending import MakeOfPending
from chunk_service.usecases.prove_object import ProveObject
from tests.fixtures.stores import StoreServer
from tests.fixtures.uploads import an_upload

if TYPE_CHECKING:
    from types_aiobotocore_s3 import S3Client

SOURCE = "pending/source"


@pytest.fixture
def store_server(seaweedfs: StoreServer) -> StoreServer:
    return seaweedfs


async def _written(plain_client: "S3Client", target: ObjectTarget, content: bytes) -> str:
    answer = await plain_client.put_object(Bucket=target.bucket, Key=SOURCE, Body=content)
    return answer["ETag"]


async def _read(plain_client: "S3Client", target: ObjectTarget) -> bytes:
    answer = await plain_client.get_object(Bucket=target.bucket, Key=target.key)
    return await answer["Body"].read()


async def test_a_copy_is_ours_and_says_what_we_say(
    store: S3Store, plain_client: "S3Client", target: ObjectTarget
) -> None:
    etag = await _written(plain_client, target, b"bytes")
    await store.copy_object(target, source_key=SOURCE, etag=etag)
    found = await store.head(target)
    assert found is not None
    assert (found.upload_id, found.size_bytes) == (target.upload_id, 5)
    assert await _read(plain_client, target) == b"bytes"


async def test_a_source_that_changed_is_not_copied(
    store: S3Store, plain_client: "S3Client", target: ObjectTarget
) -> None:
    etag = await _written(plain_client, target, b"bytes")
    await _written(plain_client, target, b"other bytes")
    with pytest.raises(SourceChanged):
        await store.copy_object(target, source_key=SOURCE, etag=etag)
    assert await store.head(target) is None


async def test_a_source_that_is_gone_is_not_copied(store: S3Store, target: ObjectTarget) -> None:
    with pytest.raises(SourceChanged):
        await store.copy_object(target, source_key="pending/nothing", etag='"e"')


@dataclass
class _Rows:
    """One upload's row, as far as making its object needs it."""

    known: MultipartId | None = None
    ended: object = None

    async def set_multipart(self, upload_id: UploadId, multipart: MultipartId) -> bool:
        self.known = multipart
        return True

    async def multipart(self, upload_id: UploadId) -> MultipartId | None:
        return self.known

    async def forget_multipart(self, upload_id: UploadId, multipart: MultipartId) -> bool:
        self.known = None
        return True

    async def set_closing(self, upload_id: UploadId, holder: object) -> bool:
        return True

    async def clear_closing(self, upload_id: UploadId, holder: object) -> bool:
        return True

    async def __call__(
        self,
        upload: Upload,
        state: State,
        *,
        stored: Stored | None = None,
        failure: str | None = None,
    ) -> Upload | None:
        self.ended = (state, failure)
        return upload


def _making(store: S3Store, rows: _Rows) -> MakeOfPending:
    return MakeOfPending(
        store,
        ProveObject(rows, store, rows, uuid4()),
        BeginMultipart(rows, store),
        rows,
        most_at_once_bytes=6 * MIB,
        range_bytes=5 * MIB,
    )


def _uploaded(target: ObjectTarget, content: bytes, etag: str) -> Upload:
    return replace(
        an_upload(),
        id=UploadId(UUID(target.upload_id)),
        bucket=target.bucket,
        key=target.key,
        way=Way.PUT,
        total_size=len(content),
        part_checksum=None,
        pending=Pending(SOURCE, etag),
    )


CONTENT = bytes(range(256)) * (12 * MIB // 256) + b"the end"


async def test_what_one_call_cannot_copy_is_copied_in_ranges(
    store: S3Store, plain_client: "S3Client", target: ObjectTarget
) -> None:
    target = replace(target, upload_id=str(uuid4()))
    upload = _uploaded(target, CONTENT, await _written(plain_client, target, CONTENT))
    rows = _Rows()
    assert await _making(store, rows)(upload) is Closed.ENDED
    assert await _read(plain_client, target) == CONTENT
    assert rows.ended == ("stored", None)


@pytest.mark.survives("S3: the ranges of a large copy forgotten", "copied again")
async def test_ranges_that_the_store_forgot_are_copied_again(
    store: S3Store, plain_client: "S3Client", target: ObjectTarget
) -> None:
    target = replace(target, upload_id=str(uuid4()))
    upload = _uploaded(target, CONTENT, await _written(plain_client, target, CONTENT))
    dropped = await store.create_multipart(target)
    await store.abort_multipart(target, dropped)
    rows = _Rows(known=dropped)
    with pytest.raises(OutcomeUnknown):
        await _making(store, rows)(upload)
    assert await _making(store, rows)(upload) is Closed.ENDED
    assert await _read(plain_client, target) == CONTENT
