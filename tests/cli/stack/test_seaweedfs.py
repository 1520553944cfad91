"""The embedded SeaweedFS keeps its data over stops and crashes, and leaves nothing else behind."""

import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from aiobotocore.session import get_session
from types_aiobotocore_s3 import S3Client

from chunk_service.cli.stack.seaweedfs import EmbeddedSeaweedFS
from tests.fixtures.stores import StoreServer


@asynccontextmanager
async def _client(store: StoreServer) -> AsyncIterator[S3Client]:
    async with get_session().create_client(
        "s3",
        endpoint_url=store.endpoint_url,
        aws_access_key_id=store.access_key,
        aws_secret_access_key=store.secret_key,
        region_name=store.region,
    ) as client:
        yield client


def _start(folder: Path) -> tuple[EmbeddedSeaweedFS, StoreServer]:
    store = EmbeddedSeaweedFS.start(folder, access_key="key", secret_key="secret")
    return store, StoreServer(store.endpoint_url, access_key="key", secret_key="secret")


async def test_data_survives_a_crash_and_a_change_of_ports(tmp_path: Path) -> None:
    store, server = _start(tmp_path)
    async with _client(server) as s3:
        await s3.create_bucket(Bucket="uploads")
        await s3.put_object(Bucket="uploads", Key="kept", Body=b"bytes" * 1000)
    store.kill()
    store, server = _start(tmp_path)
    try:
        async with _client(server) as s3:
            kept = await s3.get_object(Bucket="uploads", Key="kept")
            assert await kept["Body"].read() == b"bytes" * 1000
    finally:
        store.kill()


async def test_it_takes_objects_as_soon_as_it_has_started(store_server: StoreServer) -> None:
    async with _client(store_server) as s3:
        await s3.create_bucket(Bucket="at-once")
        await s3.put_object(Bucket="at-once", Key="empty", Body=b"")
        listed = await s3.list_objects_v2(Bucket="at-once")
        assert [entry["Key"] for entry in listed["Contents"]] == ["empty"]


def test_who_shows_no_key_is_refused(seaweedfs: StoreServer) -> None:
    assert httpx.get(seaweedfs.endpoint_url, trust_env=False).status_code == 403


async def test_a_guessed_key_is_refused(seaweedfs: StoreServer) -> None:
    stranger = dataclasses.replace(seaweedfs, secret_key="a guess")
    async with _client(stranger) as s3:
        with pytest.raises(s3.exceptions.ClientError, match="SignatureDoesNotMatch"):
            await s3.list_buckets()
