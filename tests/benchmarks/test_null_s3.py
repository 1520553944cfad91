"""The null S3 answers the calls that relays make as a store would, and tells what it got."""

import socket
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiobotocore.session
import httpx
import pytest
from botocore.exceptions import ClientError

from benchmarks.stores import null_store
from chunk_service.cli.stack.child import Child
from chunk_service.cli.stack.ports import LOOPBACK, free_port

_PART = bytes(5 * 1024**2)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.null_s3", "--port", str(port)]
    child = Child("the null S3", command, log=tmp_path_factory.mktemp("null") / "log")
    child.wait_until(lambda: _listens(port))
    yield f"http://{LOOPBACK}:{port}"
    child.stop()


@pytest.fixture
async def s3(url: str) -> AsyncIterator[Any]:
    session = aiobotocore.session.get_session()
    async with session.create_client(
        "s3",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="key",
        aws_secret_access_key="secret",
    ) as client:
        yield client


async def test_an_object_of_parts_and_of_a_copied_part_has_their_size(s3: Any) -> None:
    await s3.put_object(Bucket="bucket", Key="a source", Body=_PART)
    begun = await s3.create_multipart_upload(Bucket="bucket", Key="whole", Metadata={"by": "us"})
    where = {"Bucket": "bucket", "Key": "whole", "UploadId": begun["UploadId"]}
    sent = await s3.upload_part(**where, PartNumber=1, Body=_PART)
    copied = await s3.upload_part_copy(**where, PartNumber=2, CopySource="bucket/a source")
    listed = await s3.list_parts(**where)
    assert [part["Size"] for part in listed["Parts"]] == [len(_PART)] * 2
    etags = [sent["ETag"], copied["CopyPartResult"]["ETag"]]
    parts = [{"PartNumber": number, "ETag": etag} for number, etag in enumerate(etags, start=1)]
    await s3.complete_multipart_upload(**where, MultipartUpload={"Parts": parts})
    head = await s3.head_object(Bucket="bucket", Key="whole")
    assert head["ContentLength"] == 2 * len(_PART)
    assert head["Metadata"] == {"by": "us"}


async def test_a_small_object_is_given_back(s3: Any) -> None:
    await s3.put_object(Bucket="bucket", Key="note.info", Body=b"a note")
    found = await s3.get_object(Bucket="bucket", Key="note.info")
    assert await found["Body"].read() == b"a note"
    await s3.delete_object(Bucket="bucket", Key="note.info")
    with pytest.raises(ClientError, match="404"):
        await s3.head_object(Bucket="bucket", Key="note.info")


async def test_an_aborted_multipart_upload_is_gone(s3: Any) -> None:
    begun = await s3.create_multipart_upload(Bucket="bucket", Key="given up")
    where = {"Bucket": "bucket", "Key": "given up", "UploadId": begun["UploadId"]}
    await s3.abort_multipart_upload(**where)
    with pytest.raises(s3.exceptions.NoSuchUpload):
        await s3.list_parts(**where)


async def test_it_counts_what_it_got_and_tells_what_appeared(s3: Any, url: str) -> None:
    async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
        before = (await client.get("/-/figures")).json()
        await s3.put_object(Bucket="bucket", Key="counted", Body=_PART)
        after = (await client.get("/-/figures")).json()
    assert after["received_bytes"] - before["received_bytes"] == len(_PART)
    key, size_bytes, at = after["appearances"][-1]
    assert (key, size_bytes) == ("counted", len(_PART))
    assert before["monotonic"] < at < after["monotonic"]


async def test_far_away_it_takes_its_time(tmp_path: Path) -> None:
    """2 MiB at 32 Mbit/s are half a second, and two round trips: one to connect, one to answer."""
    with null_store(tmp_path, round_trip_ms=50, mbit=32) as store:
        async with httpx.AsyncClient(base_url=store.url, trust_env=False) as client:
            began = time.monotonic()
            await client.put("/bucket/far", content=bytes(2 * 1024**2))
            seconds = time.monotonic() - began
    assert seconds >= 2 * 1024**2 * 8 / 32e6 + 2 * 0.05


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=1):
        return True
    return False
