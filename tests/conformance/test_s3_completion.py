"""CompleteMultipartUpload: the object that comes of it, and everything it refuses."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.conformance.calls import (
    FIRST,
    FULL_CRC64,
    LAST,
    WHOLE,
    Client,
    Place,
    complete,
    crc32,
    crc64,
    create,
    exists,
    refused,
    send,
    status_of,
)

PARTS: Mapping[int, bytes] = {1: FIRST, 2: LAST}
SMALL: Mapping[int, bytes] = {1: b"too small", 2: LAST}
OTHER_ETAG = '"00000000000000000000000000000000"'


def with_crc64(parts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{**part, "ChecksumCRC64NVME": crc64(PARTS[part["PartNumber"]])} for part in parts]


def test_parts_become_the_object_at_once(s3: Client, place: Place) -> None:
    upload_id = create(s3, place, ContentType="audio/mpeg", Metadata={"upload-id": "u1"})
    parts = send(s3, place, upload_id, PARTS)
    assert not exists(s3, place)
    answer = complete(s3, place, upload_id, parts)
    got = s3.get_object(**place)
    assert got["Body"].read() == WHOLE
    assert (got["ContentType"], got["Metadata"]) == ("audio/mpeg", {"upload-id": "u1"})
    assert got["ETag"] == answer["ETag"]
    assert answer["ETag"].endswith('-2"')


def test_a_range_across_parts_is_given(s3: Client, place: Place) -> None:
    upload_id = create(s3, place)
    complete(s3, place, upload_id, send(s3, place, upload_id, PARTS))
    first = len(FIRST) - 5
    got = s3.get_object(**place, Range=f"bytes={first}-{first + 9}")
    assert got["Body"].read() == WHOLE[first : first + 10]


def test_parts_that_are_not_listed_are_left_out(s3: Client, place: Place) -> None:
    upload_id = create(s3, place)
    parts = send(s3, place, upload_id, {1: FIRST, 2: b"not this", 3: LAST})
    complete(s3, place, upload_id, [parts[0], parts[2]])
    assert s3.get_object(**place)["Body"].read() == WHOLE


def test_the_checksum_of_the_whole_is_kept(s3: Client, place: Place) -> None:
    upload_id = create(s3, place, **FULL_CRC64)
    parts = with_crc64(send(s3, place, upload_id, PARTS))
    complete(
        s3, place, upload_id, parts, ChecksumCRC64NVME=crc64(WHOLE), ChecksumType="FULL_OBJECT"
    )
    told = s3.head_object(**place, ChecksumMode="ENABLED")
    assert (told["ChecksumCRC64NVME"], told["ChecksumType"]) == (crc64(WHOLE), "FULL_OBJECT")


def test_another_checksum_of_the_whole_is_refused(s3: Client, place: Place) -> None:
    upload_id = create(s3, place, **FULL_CRC64)
    parts = send(s3, place, upload_id, PARTS)
    with refused("BadDigest", 400):
        complete(
            s3, place, upload_id, parts, ChecksumCRC64NVME=crc64(b"?"), ChecksumType="FULL_OBJECT"
        )
    assert not exists(s3, place)


def test_another_checksum_of_a_part_is_refused(s3: Client, place: Place) -> None:
    upload_id = create(s3, place, **FULL_CRC64)
    first, last = with_crc64(send(s3, place, upload_id, PARTS))
    with refused("InvalidPart", 400):
        complete(s3, place, upload_id, [first, {**last, "ChecksumCRC64NVME": crc64(b"?")}])
    assert not exists(s3, place)


def test_composite_checksums_need_those_of_the_parts(s3: Client, place: Place) -> None:
    upload_id = create(s3, place, ChecksumAlgorithm="CRC32")
    parts = [
        part
        for number, data in PARTS.items()
        for part in send(s3, place, upload_id, {number: data}, ChecksumCRC32=crc32(data))
    ]
    with refused("InvalidRequest", 400):
        complete(s3, place, upload_id, parts)


def test_another_size_of_the_whole_is_refused(s3: Client, place: Place) -> None:
    upload_id = create(s3, place)
    parts = send(s3, place, upload_id, PARTS)
    with refused("InvalidRequest", 400):
        complete(s3, place, upload_id, parts, MpuObjectSize=len(WHOLE) + 1)
    assert not exists(s3, place)
    complete(s3, place, upload_id, parts, MpuObjectSize=len(WHOLE))


def test_small_parts_are_refused(s3: Client, place: Place) -> None:
    upload_id = create(s3, place)
    parts = send(s3, place, upload_id, SMALL)
    with refused("EntityTooSmall", 400):
        complete(s3, place, upload_id, parts)
    assert not exists(s3, place)


def test_a_small_part_alone_is_enough(s3: Client, place: Place) -> None:
    upload_id = create(s3, place)
    complete(s3, place, upload_id, send(s3, place, upload_id, {1: LAST}))
    assert s3.get_object(**place)["Body"].read() == LAST


def test_descending_parts_are_refused(s3: Client, place: Place) -> None:
    upload_id = create(s3, place)
    parts = send(s3, place, upload_id, {1: FIRST, 2: FIRST})
    with refused("InvalidPartOrder", 400):
        complete(s3, place, upload_id, parts[::-1])


def test_a_part_listed_twice_is_refused(s3: Client, place: Place) -> None:
    upload_id = create(s3, place)
    first, last = send(s3, place, upload_id, PARTS)
    with refused("InvalidPartOrder", 400):
        complete(s3, place, upload_id, [first, first, last])


def test_an_absent_part_is_refused(s3: Client, place: Place) -> None:
    upload_id = create(s3, place)
    (first,) = send(s3, place, upload_id, {1: FIRST})
    with refused("InvalidPart", 400):
        complete(s3, place, upload_id, [first, {"PartNumber": 2, "ETag": first["ETag"]}])


def test_another_etag_is_refused(s3: Client, place: Place) -> None:
    upload_id = create(s3, place)
    first, last = send(s3, place, upload_id, PARTS)
    with refused("InvalidPart", 400):
        complete(s3, place, upload_id, [first, {**last, "ETag": OTHER_ETAG}])


def test_no_parts_are_refused(s3: Client, place: Place) -> None:
    upload_id = create(s3, place)
    with refused("MalformedXML", 400):
        complete(s3, place, upload_id, [])


def test_numbers_with_gaps_fail_where_there_are_checksums(s3: Client, place: Place) -> None:
    upload_id = create(s3, place, **FULL_CRC64)
    parts = send(s3, place, upload_id, {1: FIRST, 3: LAST})
    with refused("InternalError", 500):
        complete(s3, place, upload_id, parts)
    assert not exists(s3, place)


def test_a_refusal_leaves_the_upload_as_it_was(s3: Client, place: Place) -> None:
    upload_id = create(s3, place)
    first, last = send(s3, place, upload_id, PARTS)
    with pytest.raises(ClientError):
        complete(s3, place, upload_id, [first, {**last, "ETag": OTHER_ETAG}])
    complete(s3, place, upload_id, [first, last])
    assert s3.get_object(**place)["Body"].read() == WHOLE


def test_a_guarded_completion_replaces_nothing(s3: Client, place: Place) -> None:
    upload_id = create(s3, place)
    parts = send(s3, place, upload_id, PARTS)
    s3.put_object(**place, Body=b"first")
    with refused("PreconditionFailed", 412):
        complete(s3, place, upload_id, parts, IfNoneMatch="*")
    assert s3.get_object(**place)["Body"].read() == b"first"


def test_one_of_many_guarded_completions_creates(s3: Client, place: Place) -> None:
    ids = [create(s3, place) for _ in range(4)]
    sent = {upload_id: send(s3, place, upload_id, {1: upload_id.encode()}) for upload_id in ids}

    def finish(upload_id: str) -> int:
        try:
            complete(s3, place, upload_id, sent[upload_id], IfNoneMatch="*")
        except ClientError as error:
            return status_of(error)
        return 200

    with ThreadPoolExecutor(4) as threads:
        statuses = dict(zip(ids, threads.map(finish, ids), strict=True))
    won = [upload_id for upload_id, status in statuses.items() if status == 200]
    assert len(won) == 1
    assert set(statuses.values()) <= {200, 409, 412}
    assert s3.get_object(**place)["Body"].read() == won[0].encode()
