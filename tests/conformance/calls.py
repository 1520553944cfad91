"""The calls of a multipart upload, shortened; and what a refusal says."""

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from awscrt import checksums
from botocore.exceptions import ClientError

Client = Any
Place = Mapping[str, str]

MIB = 1024 * 1024
FIRST = bytes(range(256)) * (5 * MIB // 256)
LAST = b"the last part"
WHOLE = FIRST + LAST
FULL_CRC64 = {"ChecksumAlgorithm": "CRC64NVME", "ChecksumType": "FULL_OBJECT"}


@contextmanager
def refused(code: str, status: int) -> Iterator[None]:
    """S3 answers within with exactly this error."""
    with pytest.raises(ClientError) as raised:
        yield
    answered = raised.value.response["Error"]["Code"], status_of(raised.value)
    assert answered == (code, status)


def status_of(error: ClientError) -> int:
    return int(error.response["ResponseMetadata"]["HTTPStatusCode"])


def crc64(data: bytes) -> str:
    return _base64(checksums.crc64nvme(data).to_bytes(8, "big"))


def crc32(data: bytes) -> str:
    return _base64(checksums.crc32(data).to_bytes(4, "big"))


def md5(data: bytes) -> str:
    return _base64(hashlib.md5(data).digest())


def _base64(digest: bytes) -> str:
    return base64.b64encode(digest).decode()


def create(s3: Client, place: Place, **more: object) -> str:
    return str(s3.create_multipart_upload(**place, **more)["UploadId"])


def send(
    s3: Client, place: Place, upload_id: str, parts: Mapping[int, bytes], **more: str
) -> list[dict[str, Any]]:
    """Upload the parts; what CompleteMultipartUpload is to be given of them."""
    return [
        {
            "PartNumber": number,
            "ETag": s3.upload_part(
                **place, UploadId=upload_id, PartNumber=number, Body=data, **more
            )["ETag"],
        }
        for number, data in parts.items()
    ]


def complete(
    s3: Client,
    place: Place,
    upload_id: str,
    parts: Sequence[Mapping[str, object]],
    **more: object,
) -> dict[str, Any]:
    answer: dict[str, Any] = s3.complete_multipart_upload(
        **place, UploadId=upload_id, MultipartUpload={"Parts": list(parts)}, **more
    )
    return answer


def ids_of(s3: Client, place: Place) -> list[str]:
    """The open multipart uploads of exactly this key."""
    listed = s3.list_multipart_uploads(Bucket=place["Bucket"], Prefix=place["Key"])
    return [each["UploadId"] for each in listed.get("Uploads", []) if each["Key"] == place["Key"]]


def exists(s3: Client, place: Place) -> bool:
    try:
        s3.head_object(**place)
    except ClientError as error:
        if status_of(error) == 404:
            return False
        raise
    return True
