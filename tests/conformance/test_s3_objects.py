"""Single objects: put, head, get, delete, and the guards of a put."""

import pytest

from tests.conformance.calls import Client, Place, crc32, crc64, exists, md5, refused
from tests.conformance.conftest import BUCKET, client_for
from tests.fixtures.stores import StoreServer

DATA = b"0123456789"


@pytest.mark.parametrize("data", [b"", b"x", b"y" * 300_000])
def test_an_object_comes_back_as_it_was_put(s3: Client, place: Place, data: bytes) -> None:
    put = s3.put_object(**place, Body=data, ContentType="audio/mpeg", Metadata={"upload-id": "u 1"})
    got = s3.get_object(**place)
    assert got["Body"].read() == data
    assert (got["ContentType"], got["Metadata"]) == ("audio/mpeg", {"upload-id": "u 1"})
    assert got["ETag"] == put["ETag"] == s3.head_object(**place)["ETag"]
    assert s3.head_object(**place)["ContentLength"] == len(data)


def test_the_etag_is_the_md5(s3: Client, place: Place) -> None:
    assert s3.put_object(**place, Body=DATA)["ETag"] == '"781e5e245d69b566979b86e28d23f2c7"'


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [("bytes=0-3", b"0123"), ("bytes=7-", b"789"), ("bytes=-2", b"89"), ("bytes=8-99", b"89")],
)
def test_a_range_is_given(s3: Client, place: Place, wanted: str, expected: bytes) -> None:
    s3.put_object(**place, Body=DATA)
    got = s3.get_object(**place, Range=wanted)
    assert got["Body"].read() == expected
    assert got["ResponseMetadata"]["HTTPStatusCode"] == 206
    start = DATA.index(expected)
    assert got["ContentRange"] == f"bytes {start}-{start + len(expected) - 1}/10"


def test_a_range_beyond_the_end_is_refused(s3: Client, place: Place) -> None:
    s3.put_object(**place, Body=DATA)
    with refused("InvalidRange", 416):
        s3.get_object(**place, Range="bytes=10-")


def test_only_the_version_that_is_meant_is_given(s3: Client, place: Place) -> None:
    etag = s3.put_object(**place, Body=DATA)["ETag"]
    assert s3.get_object(**place, IfMatch=etag, Range="bytes=0-3")["Body"].read() == DATA[:4]
    s3.put_object(**place, Body=b"other")
    with refused("PreconditionFailed", 412):
        s3.get_object(**place, IfMatch=etag, Range="bytes=0-3")


def test_a_checksum_is_told_when_asked_for(s3: Client, place: Place) -> None:
    s3.put_object(**place, Body=DATA, ChecksumCRC64NVME=crc64(DATA))
    told = s3.head_object(**place, ChecksumMode="ENABLED")
    assert (told["ChecksumCRC64NVME"], told["ChecksumType"]) == (crc64(DATA), "FULL_OBJECT")
    assert "ChecksumCRC64NVME" not in s3.head_object(**place)


def test_a_put_with_another_crc64_is_refused(s3: Client, place: Place) -> None:
    with refused("BadDigest", 400):
        s3.put_object(**place, Body=DATA, ChecksumCRC64NVME=crc64(b"other"))
    assert not exists(s3, place)


def test_a_put_with_another_crc32_is_refused(s3: Client, place: Place) -> None:
    with refused("BadDigest", 400):
        s3.put_object(**place, Body=DATA, ChecksumCRC32=crc32(b"other"))
    assert not exists(s3, place)


def test_a_put_with_another_md5_is_refused(s3: Client, place: Place) -> None:
    with refused("BadDigest", 400):
        s3.put_object(**place, Body=DATA, ContentMD5=md5(b"other"))
    assert not exists(s3, place)


def test_a_put_with_no_md5_in_its_header_is_refused(s3: Client, place: Place) -> None:
    with refused("InvalidDigest", 400):
        s3.put_object(**place, Body=DATA, ContentMD5="bm8gTUQ1")


def test_a_guarded_put_creates_once(s3: Client, place: Place) -> None:
    s3.put_object(**place, Body=b"first", IfNoneMatch="*")
    with refused("PreconditionFailed", 412):
        s3.put_object(**place, Body=b"second", IfNoneMatch="*")
    assert s3.get_object(**place)["Body"].read() == b"first"


def test_an_unguarded_put_replaces(s3: Client, place: Place) -> None:
    s3.put_object(**place, Body=b"first")
    s3.put_object(**place, Body=b"second")
    assert s3.get_object(**place)["Body"].read() == b"second"


def test_what_is_absent_is_404(s3: Client, place: Place) -> None:
    with refused("NoSuchKey", 404):
        s3.get_object(**place)
    with refused("404", 404):
        s3.head_object(**place)


def test_a_delete_of_what_is_absent_succeeds(s3: Client, place: Place) -> None:
    s3.put_object(**place, Body=DATA)
    for _ in range(2):
        answer = s3.delete_object(**place)
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert not exists(s3, place)


def test_a_bucket_is_there_or_not(s3: Client) -> None:
    s3.head_bucket(Bucket=BUCKET)
    with refused("404", 404):
        s3.head_bucket(Bucket="no-such-bucket")
    with refused("NoSuchBucket", 404):
        s3.put_object(Bucket="no-such-bucket", Key="key", Body=DATA)


def test_an_unknown_access_key_is_refused(s3_store: StoreServer, place: Place, s3: Client) -> None:
    client = client_for(s3_store, access_key="nobody")
    with refused("InvalidAccessKeyId", 403):
        client.put_object(**place, Body=DATA)
    client.close()
    assert not exists(s3, place)
