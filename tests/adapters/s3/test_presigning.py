"""A presigned link does what it was signed for, and nothing besides, on a store that checks."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import httpx
import pytest

from chunk_service.adapters.s3.options import S3Options
from chunk_service.adapters.s3.presigning import Presigner, open_presigner
from chunk_service.domain.objects import ObjectTarget
from tests.fixtures.stores import StoreServer

if TYPE_CHECKING:
    from types_aiobotocore_s3 import S3Client

A_WHILE = timedelta(minutes=5)
BYTES = b"hello"
ATTACHED = "attachment; filename*=UTF-8''caf%C3%A9.txt"


@pytest.fixture
def store_server(seaweedfs: StoreServer) -> StoreServer:
    """Only the store that refuses what S3 refuses."""
    return seaweedfs


@pytest.fixture
async def presigner(options: S3Options) -> AsyncIterator[Presigner]:
    assert options.endpoint_url is not None
    async with open_presigner(options, public_endpoint_url=options.endpoint_url) as presigner:
        yield presigner


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False) as client:
        yield client


@pytest.fixture
async def stored(plain_client: "S3Client", target: ObjectTarget) -> ObjectTarget:
    """An object that says it were a page."""
    await plain_client.put_object(
        Bucket=target.bucket, Key=target.key, Body=BYTES, ContentType="text/html"
    )
    return replace(target, content_type="application/octet-stream")


async def test_it_shows_what_was_signed_whatever_the_object_says(
    presigner: Presigner, client: httpx.AsyncClient, stored: ObjectTarget
) -> None:
    url = await presigner.get_url(stored, disposition=ATTACHED, expires_in=A_WHILE)
    answer = await client.get(url)
    assert answer.content == BYTES
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == ATTACHED


async def test_it_is_for_no_other_object_type_or_verb(
    presigner: Presigner, client: httpx.AsyncClient, stored: ObjectTarget
) -> None:
    url = await presigner.get_url(stored, disposition=ATTACHED, expires_in=A_WHILE)
    bent = [url.replace(".mp3?", ".mp4?"), url.replace("octet-stream", "html")]
    assert url not in bent
    for other in bent:
        assert (await client.get(other)).status_code == 403
    assert (await client.put(url, content=b"x")).status_code == 403


async def test_a_signature_ends(presigner: Presigner, stored: ObjectTarget) -> None:
    url = await presigner.get_url(stored, disposition=ATTACHED, expires_in=timedelta(seconds=90))
    assert "X-Amz-Expires=90&" in url
