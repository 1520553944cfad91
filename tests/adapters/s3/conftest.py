"""An `S3Store` on each of the real stores, with a key of its own for each test."""

import itertools
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

import pytest
from aiobotocore.session import AioSession

from chunk_service.adapters.s3.client import open_store
from chunk_service.adapters.s3.options import S3Options
from chunk_service.adapters.s3.store import S3Store
from chunk_service.domain.checksums import Algorithm
from chunk_service.domain.objects import ObjectTarget
from tests.adapters.s3.deviations import DEVIATIONS
from tests.fixtures.stores import StoreServer

if TYPE_CHECKING:
    from types_aiobotocore_s3 import S3Client

_BUCKET = "uploads"
_numbers = itertools.count(100)
_with_bucket: set[str | None] = set()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if isinstance(item, pytest.Function) and hasattr(item, "callspec"):
            store = str(item.callspec.params.get("store_server"))
            reason = DEVIATIONS.get(store, {}).get(item.originalname)
            if reason is not None:
                item.add_marker(pytest.mark.xfail(reason=f"{store}: {reason}", strict=True))


@pytest.fixture
def executor() -> Iterator[Executor]:
    with ThreadPoolExecutor(4) as executor:
        yield executor


@pytest.fixture
def options(store_server: StoreServer) -> S3Options:
    return S3Options(
        region=store_server.region,
        endpoint_url=store_server.endpoint_url,
        access_key=store_server.access_key,
        secret_key=store_server.secret_key,
        addressing_style="path",
    )


@pytest.fixture
async def store(options: S3Options, executor: Executor) -> AsyncIterator[S3Store]:
    async with open_store(options, executor=executor) as store:
        yield store


@pytest.fixture(scope="session")
def plain_session() -> AioSession:
    """One for all tests: it parses botocore's model of S3."""
    return AioSession()


@pytest.fixture
async def plain_client(plain_session: AioSession, options: S3Options) -> AsyncIterator["S3Client"]:
    """Another S3 client than ours, to make buckets and to read what came of it."""
    opened: AbstractAsyncContextManager[S3Client] = plain_session.create_client(
        "s3",
        region_name=options.region,
        endpoint_url=options.endpoint_url,
        aws_access_key_id=options.access_key,
        aws_secret_access_key=options.secret_key,
    )
    async with opened as client:
        yield client


@pytest.fixture
async def target(plain_client: "S3Client", options: S3Options) -> ObjectTarget:
    """A key of its own for each test; SeaweedFS needs a second for the first bytes of a bucket."""
    if options.endpoint_url not in _with_bucket:
        await plain_client.create_bucket(Bucket=_BUCKET)
        _with_bucket.add(options.endpoint_url)
    return ObjectTarget(
        bucket=_BUCKET,
        key=f"uploads/{next(_numbers)}-a file.mp3",
        upload_id="upload-1",
        content_type="audio/mpeg",
        part_checksum=Algorithm.CRC64NVME,
    )
