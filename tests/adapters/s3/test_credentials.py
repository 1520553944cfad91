"""Without keys in the settings the adapter signs with those of its surroundings, as in a pod."""

from concurrent.futures import Executor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from chunk_service.adapters.s3.client import open_store
from chunk_service.adapters.s3.options import S3Options
from chunk_service.adapters.s3.presigning import open_presigner
from chunk_service.domain.objects import ObjectTarget, StoreRefused
from tests.fixtures.stores import StoreServer


@pytest.fixture
def store_server(seaweedfs: StoreServer) -> StoreServer:
    """Only the store that refuses keys that it does not know."""
    return seaweedfs


@pytest.fixture
def surroundings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seaweedfs: StoreServer
) -> StoreServer:
    """A profile, as AWS programs read it."""
    profile = tmp_path / "credentials"
    profile.write_text(
        f"[default]\naws_access_key_id={seaweedfs.access_key}\n"
        f"aws_secret_access_key={seaweedfs.secret_key}\n"
    )
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(profile))
    return seaweedfs


async def test_store_and_presigner_sign_with_what_they_find(
    surroundings: StoreServer, options: S3Options, executor: Executor, target: ObjectTarget
) -> None:
    without_keys = replace(options, access_key=None, secret_key=None)
    async with open_store(without_keys, executor=executor) as store:
        await store.ping(target.bucket)
    async with open_presigner(
        without_keys, public_endpoint_url=surroundings.endpoint_url
    ) as presigner:
        url = await presigner.put_url(target, size_bytes=1, expires_in=timedelta(minutes=1))
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.put(url, content=b"x")).status_code == 200


async def test_where_none_are_found_the_store_is_refused_not_the_start(
    monkeypatch: pytest.MonkeyPatch, options: S3Options, executor: Executor, target: ObjectTarget
) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    without_keys = replace(options, access_key=None, secret_key=None)
    async with open_store(without_keys, executor=executor) as store:
        with pytest.raises(StoreRefused, match="NoCredentials"):
            await store.ping(target.bucket)
