"""Multipart uploads until they are completed: begin, parts, listings, abort."""

import hashlib

import pytest

from tests.conformance.calls import (
    FIRST,
    FULL_CRC64,
    LAST,
    Client,
    Place,
    complete,
    crc32,
    crc64,
    create,
    exists,
    ids_of,
    md5,
    refused,
    send,
)
from tests.conformance.conftest import BUCKET

PART = b"a part"


def test_a_part_is_answered_by_its_md5(s3: Client, place: Place) -> None:
    upload_id = create(s3, place)
    (sent,) = send(s3, place, upload_id, {1: PART})
    assert sent["ETag"] == f'"{hashlib.md5(PART).hexdigest()}"'


def test_parts_are_listed_in_order(s3: Client, place: Place) -> None:
    upload_id = create(s3, place)
    send(s3, place, upload_id, {10: b"ten", 2: b"two!", 1: b"one"})
    listed = s3.list_parts(**place, UploadId=upload_id)["Parts"]
    assert [(each["PartNumber"], each["Size"]) for each in listed] == [(1, 3), (2, 4), (10, 3)]


def test_parts_are_listed_by_pages(s3: Client, place: Place) -> None:
    upload_id = create(s3, place)
    send(s3, place, upload_id, dict.fromkeys((1, 2, 3), PART))
    pages = s3.get_paginator("list_parts").paginate(
        **place, UploadId=upload_id, PaginationConfig={"PageSize": 2}
    )
    found = [[part["PartNumber"] for part in page["Parts"]] for page in pages]
    assert found == [[1, 2], [3]]


def test_listed_parts_carry_their_checksums(s3: Client, place: Place) -> None:
    upload_id = create(s3, place, **FULL_CRC64)
    send(s3, place, upload_id, {1: PART}, ChecksumCRC64NVME=crc64(PART))
    (listed,) = s3.list_parts(**place, UploadId=upload_id)["Parts"]
    assert listed["ChecksumCRC64NVME"] == crc64(PART)


def test_no_parts_are_listed_as_none(s3: Client, place: Place) -> None:
    assert "Parts" not in s3.list_parts(**place, UploadId=create(s3, place))


def test_a_part_sent_again_replaces_the_first(s3: Client, place: Place) -> None:
    upload_id = create(s3, place)
    send(s3, place, upload_id, {1: b"first"})
    (sent,) = send(s3, place, upload_id, {1: b"second"})
    (listed,) = s3.list_parts(**place, UploadId=upload_id)["Parts"]
    assert (listed["Size"], listed["ETag"]) == (6, sent["ETag"])


def test_a_part_with_another_crc64_is_refused(s3: Client, place: Place) -> None:
    upload_id = create(s3, place, **FULL_CRC64)
    with refused("BadDigest", 400):
        send(s3, place, upload_id, {1: PART}, ChecksumCRC64NVME=crc64(b"other"))
    assert "Parts" not in s3.list_parts(**place, UploadId=upload_id)


def test_a_part_with_another_crc32_is_refused(s3: Client, place: Place) -> None:
    upload_id = create(s3, place, ChecksumAlgorithm="CRC32")
    with refused("BadDigest", 400):
        send(s3, place, upload_id, {1: PART}, ChecksumCRC32=crc32(b"other"))


def test_a_part_with_another_md5_is_refused(s3: Client, place: Place) -> None:
    upload_id = create(s3, place)
    with refused("BadDigest", 400):
        send(s3, place, upload_id, {1: PART}, ContentMD5=md5(b"other"))
    assert "Parts" not in s3.list_parts(**place, UploadId=upload_id)


def test_a_part_with_another_algorithm_is_refused(s3: Client, place: Place) -> None:
    upload_id = create(s3, place, **FULL_CRC64)
    with refused("InvalidRequest", 400):
        send(s3, place, upload_id, {1: PART}, ChecksumCRC32=crc32(PART))


def test_crc64_exists_only_of_the_full_object(s3: Client, place: Place) -> None:
    with refused("InvalidRequest", 400):
        create(s3, place, ChecksumAlgorithm="CRC64NVME", ChecksumType="COMPOSITE")


def test_sha256_exists_only_as_composite(s3: Client, place: Place) -> None:
    with refused("InvalidRequest", 400):
        create(s3, place, ChecksumAlgorithm="SHA256", ChecksumType="FULL_OBJECT")


@pytest.mark.parametrize("number", [10_001])
def test_a_part_number_beyond_the_last_is_refused(s3: Client, place: Place, number: int) -> None:
    with refused("InvalidArgument", 400):
        send(s3, place, create(s3, place), {number: PART})


def test_an_unknown_upload_takes_no_part(s3: Client, place: Place) -> None:
    with refused("NoSuchUpload", 404):
        send(s3, place, "no-such-upload", {1: PART})


def test_an_upload_belongs_to_its_key(s3: Client, place: Place) -> None:
    other = {**place, "Key": place["Key"] + ".other"}
    with refused("NoSuchUpload", 404):
        send(s3, other, create(s3, place), {1: PART})


def test_an_aborted_upload_is_gone(s3: Client, place: Place) -> None:
    upload_id = create(s3, place)
    parts = send(s3, place, upload_id, {1: PART})
    answer = s3.abort_multipart_upload(**place, UploadId=upload_id)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 204
    with refused("NoSuchUpload", 404):
        send(s3, place, upload_id, {2: PART})
    with refused("NoSuchUpload", 404):
        complete(s3, place, upload_id, parts)
    with refused("NoSuchUpload", 404):
        s3.list_parts(**place, UploadId=upload_id)
    assert ids_of(s3, place) == []
    assert not exists(s3, place)


def test_an_unknown_upload_cannot_be_aborted(s3: Client, place: Place) -> None:
    upload_id = create(s3, place)
    s3.abort_multipart_upload(**place, UploadId=upload_id)
    with refused("NoSuchUpload", 404):
        s3.abort_multipart_upload(**place, UploadId=upload_id)


def test_a_completed_upload_is_gone(s3: Client, place: Place) -> None:
    upload_id = create(s3, place)
    parts = send(s3, place, upload_id, {1: FIRST, 2: LAST})
    complete(s3, place, upload_id, parts)
    assert ids_of(s3, place) == []
    with refused("NoSuchUpload", 404):
        send(s3, place, upload_id, {3: PART})
    with refused("NoSuchUpload", 404):
        s3.list_parts(**place, UploadId=upload_id)


def test_open_uploads_are_listed_by_prefix(s3: Client, place: Place) -> None:
    ours = [create(s3, place), create(s3, place)]
    create(s3, {**place, "Key": "elsewhere/" + place["Key"]})
    assert sorted(ids_of(s3, place)) == sorted(ours)


def test_open_uploads_are_listed_by_pages(s3: Client, place: Place) -> None:
    ours = {create(s3, {**place, "Key": f"{place['Key']}.{n}"}) for n in range(3)}
    ours |= {create(s3, place), create(s3, place)}
    pages = list(
        s3.get_paginator("list_multipart_uploads").paginate(
            Bucket=BUCKET, Prefix=place["Key"], PaginationConfig={"PageSize": 2}
        )
    )
    assert [len(page["Uploads"]) for page in pages] == [2, 2, 1]
    assert {each["UploadId"] for page in pages for each in page["Uploads"]} == ours


def test_objects_are_listed_by_pages(s3: Client, place: Place) -> None:
    keys = [f"{place['Key']}/{n}" for n in range(3)]
    for key in keys:
        s3.put_object(Bucket=BUCKET, Key=key, Body=key.encode())
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=BUCKET, Prefix=place["Key"], PaginationConfig={"PageSize": 2}
    )
    assert [[each["Key"] for each in page["Contents"]] for page in pages] == [keys[:2], keys[2:]]
