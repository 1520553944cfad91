"""Copies within a bucket: only while the source is what it was found to be."""

import pytest

from tests.conformance.calls import FIRST, LAST, WHOLE, Client, Place, exists, refused

OTHER_ETAG = '"00000000000000000000000000000000"'


@pytest.fixture
def source(s3: Client, place: Place) -> dict[str, str]:
    there = {**place, "Key": f"{place['Key']}.source"}
    s3.put_object(**there, Body=WHOLE, ContentType="text/plain", Metadata={"a": "b"})
    return there


def _etag(s3: Client, source: Place) -> str:
    return str(s3.head_object(**source)["ETag"])


def test_a_copy_has_the_bytes_and_what_is_said_anew(
    s3: Client, place: Place, source: Place
) -> None:
    s3.copy_object(
        **place,
        CopySource=source,
        CopySourceIfMatch=_etag(s3, source),
        MetadataDirective="REPLACE",
        ContentType="audio/mpeg",
        Metadata={"upload-id": "u"},
    )
    s3.delete_object(**source)
    got = s3.get_object(**place)
    assert got["Body"].read() == WHOLE
    assert (got["ContentType"], got["Metadata"]) == ("audio/mpeg", {"upload-id": "u"})


def test_a_source_that_changed_is_not_copied(s3: Client, place: Place, source: Place) -> None:
    with refused("PreconditionFailed", 412):
        s3.copy_object(**place, CopySource=source, CopySourceIfMatch=OTHER_ETAG)
    assert not exists(s3, place)


def test_a_source_that_is_gone_is_not_copied(s3: Client, place: Place, source: Place) -> None:
    etag = _etag(s3, source)
    s3.delete_object(**source)
    with refused("NoSuchKey", 404):
        s3.copy_object(**place, CopySource=source, CopySourceIfMatch=etag)
    assert not exists(s3, place)


def test_ranges_are_copied_as_parts(s3: Client, place: Place, source: Place) -> None:
    etag = _etag(s3, source)
    upload_id = s3.create_multipart_upload(**place)["UploadId"]
    middle = len(FIRST)
    parts = []
    for number, (start, stop) in enumerate([(0, middle), (middle, middle + len(LAST))], start=1):
        answer = s3.upload_part_copy(
            **place,
            UploadId=upload_id,
            PartNumber=number,
            CopySource=source,
            CopySourceIfMatch=etag,
            CopySourceRange=f"bytes={start}-{stop - 1}",
        )
        parts.append({"PartNumber": number, "ETag": answer["CopyPartResult"]["ETag"]})
    s3.complete_multipart_upload(**place, UploadId=upload_id, MultipartUpload={"Parts": parts})
    assert s3.get_object(**place)["Body"].read() == WHOLE


def test_a_range_of_a_source_that_changed_is_not_copied(
    s3: Client, place: Place, source: Place
) -> None:
    upload_id = s3.create_multipart_upload(**place)["UploadId"]
    with refused("PreconditionFailed", 412):
        s3.upload_part_copy(
            **place,
            UploadId=upload_id,
            PartNumber=1,
            CopySource=source,
            CopySourceIfMatch=OTHER_ETAG,
            CopySourceRange="bytes=0-9",
        )
    s3.abort_multipart_upload(**place, UploadId=upload_id)


def test_a_range_of_a_source_that_is_gone_is_not_copied(
    s3: Client, place: Place, source: Place
) -> None:
    etag = _etag(s3, source)
    upload_id = s3.create_multipart_upload(**place)["UploadId"]
    s3.delete_object(**source)
    with refused("NoSuchKey", 404):
        s3.upload_part_copy(
            **place,
            UploadId=upload_id,
            PartNumber=1,
            CopySource=source,
            CopySourceIfMatch=etag,
            CopySourceRange="bytes=0-9",
        )
    s3.abort_multipart_upload(**place, UploadId=upload_id)
