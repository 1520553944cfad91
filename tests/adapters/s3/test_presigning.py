"""Presigned requests do what they were signed for, and nothing besides, on a store that checks."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from chunk_service.adapters.s3.options import S3Options
from chunk_service.adapters.s3.presigning import Presigner, open_presigner
from chunk_service.adapters.s3.store import S3Store
from chunk_service.domain.objects import ObjectTarget
from tests.fixtures.stores import StoreServer

A_WHILE = timedelta(minutes=5)
BYTES = b"hello"
ATTACHED = "attachment; filename*=UTF-8''caf%C3%A9.txt"


@pytest.fixture
def options(seaweedfs: StoreServer) -> S3Options:
    return S3Options(
        region=seaweedfs.region,
        endpoint_url=seaweedfs.endpoint_url,
        access_key=seaweedfs.access_key,
        secret_key=seaweedfs.secret_key,
        addressing_style="path",
    )


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


async def test_a_put_writes_exactly_its_object(
    presigner: Presigner, client: httpx.AsyncClient, store: S3Store, target: ObjectTarget
) -> None:
    url = await presigner.put_url(target, size_bytes=len(BYTES), expires_in=A_WHILE)
    assert (await client.put(url, content=BYTES)).status_code == 200
    found = await store.head(target)
    assert found is not None
    assert (found.size_bytes, found.upload_id) == (len(BYTES), None)
    other = url.replace(".mp3?", ".mp4?")
    assert other != url
    assert (await client.put(other, content=BYTES)).status_code == 403


async def test_a_put_of_another_length_than_was_signed_is_refused(
    presigner: Presigner, client: httpx.AsyncClient, target: ObjectTarget
) -> None:
    url = await presigner.put_url(target, size_bytes=len(BYTES), expires_in=A_WHILE)
    assert (await client.put(url, content=BYTES * 2)).status_code == 403


async def test_a_get_shows_what_was_signed_whatever_the_object_says(
    presigner: Presigner, client: httpx.AsyncClient, target: ObjectTarget
) -> None:
    put = await presigner.put_url(target, size_bytes=None, expires_in=A_WHILE)
    await client.put(put, content=BYTES, headers={"Content-Type": "text/html"})
    plain = replace(target, content_type="application/octet-stream")
    answer = await client.get(
        await presigner.get_url(plain, disposition=ATTACHED, expires_in=A_WHILE)
    )
    assert answer.content == BYTES
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == ATTACHED


async def test_a_form_takes_no_more_than_its_policy(
    presigner: Presigner, client: httpx.AsyncClient, target: ObjectTarget
) -> None:
    form = await presigner.post_form(target, max_bytes=len(BYTES), expires_in=A_WHILE)
    for content, status in ((BYTES * 2, 400), (BYTES, 204)):
        answer = await client.post(form.url, data=dict(form.fields), files={"file": content})
        assert answer.status_code == status


async def test_a_part_goes_into_its_multipart_upload(
    presigner: Presigner, client: httpx.AsyncClient, store: S3Store, target: ObjectTarget
) -> None:
    multipart = await store.create_multipart(target)
    url = await presigner.part_url(target, multipart=multipart, number=3, expires_in=A_WHILE)
    answer = await client.put(url, content=BYTES)
    assert answer.status_code == 200
    parts = await store.list_parts(target, multipart)
    assert parts is not None
    assert [(part.number, part.size_bytes, part.etag) for part in parts] == [
        (3, len(BYTES), answer.headers["etag"])
    ]


async def test_a_signature_ends(
    presigner: Presigner, client: httpx.AsyncClient, target: ObjectTarget
) -> None:
    url = await presigner.put_url(target, size_bytes=None, expires_in=timedelta(seconds=0))
    assert "X-Amz-Expires=1&" in url
