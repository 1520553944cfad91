"""CreateMultipartUpload, UploadPart, CompleteMultipartUpload, AbortMultipartUpload."""

from uuid import uuid4

from tests.doubles.http import Answer
from tests.doubles.s3.completion import assembled
from tests.doubles.s3.conditions import (
    check_absent,
    check_body,
    kept_headers,
    quoted,
)
from tests.doubles.s3.digests import Algorithm, Kind, algorithm_named, declared
from tests.doubles.s3.documents import document, element
from tests.doubles.s3.errors import S3Error
from tests.doubles.s3.records import Checksum, Holdings, Multipart, Part
from tests.doubles.s3.requests import Request

_MOST_PARTS = 10_000
_FULL_OBJECT_ONLY = frozenset({Algorithm.CRC64NVME})
_COMPOSITE_ONLY = frozenset({Algorithm.SHA256})


def create_multipart_upload(holdings: Holdings, request: Request) -> Answer:
    bucket, place = holdings.bucket(request.address.bucket), request.address
    name = request.headers.get("x-amz-checksum-algorithm")
    algorithm = Algorithm.CRC64NVME if name is None else algorithm_named(name)
    multipart = Multipart(
        id=uuid4().hex,
        key=place.key,
        algorithm=algorithm,
        kind=_kind(algorithm, request.headers.get("x-amz-checksum-type")),
        is_declared=name is not None,
        headers=kept_headers(request.headers),
    )
    bucket.multiparts[multipart.id] = multipart
    answer = document(
        element(
            "InitiateMultipartUploadResult",
            Bucket=place.bucket,
            Key=place.key,
            UploadId=multipart.id,
        )
    )
    if multipart.is_declared:
        told = {
            "x-amz-checksum-algorithm": multipart.algorithm,
            "x-amz-checksum-type": multipart.kind,
        }
        return Answer(answer.status, dict(answer.headers) | told, answer.body)
    return answer


def _kind(algorithm: Algorithm, name: str | None) -> Kind:
    """CRC-64/NVME exists only of the full object, SHA-256 only as composite."""
    default = Kind.FULL_OBJECT if algorithm in _FULL_OBJECT_ONLY else Kind.COMPOSITE
    if name not in (None, *Kind):
        raise S3Error("InvalidRequest", "Value for x-amz-checksum-type header is invalid.")
    kind = default if name is None else Kind(name)
    is_wrong = algorithm in (_FULL_OBJECT_ONLY if kind is Kind.COMPOSITE else _COMPOSITE_ONLY)
    if is_wrong:
        raise S3Error("InvalidRequest", f"The {kind} checksum type cannot be used with {algorithm}")
    return kind


def upload_part(holdings: Holdings, request: Request) -> Answer:
    bucket, place = holdings.bucket(request.address.bucket), request.address
    multipart = bucket.multipart(place.key, place.upload_id)
    number = request.number("partNumber", default=0)
    if not 1 <= number <= _MOST_PARTS:
        raise S3Error("InvalidArgument", "Part number must be an integer between 1 and 10000")
    check_body(request)
    _check_algorithm(multipart, request)
    replaced = multipart.parts.get(number)
    multipart.parts[number] = part = Part(request.body, quoted(request.body.md5.hex()))
    if replaced is not None:
        replaced.blob.drop()
    checksum = Checksum.of_blob(part.blob, multipart.algorithm)
    return Answer(200, {"ETag": part.etag, checksum.algorithm.header: checksum.text})


def _check_algorithm(multipart: Multipart, request: Request) -> None:
    if not multipart.is_declared:
        return
    given = declared(request.headers)
    is_needed = multipart.kind is Kind.COMPOSITE
    if (given is None and is_needed) or (given is not None and given[0] != multipart.algorithm):
        actual = "null" if given is None else given[0]
        raise S3Error(
            "InvalidRequest",
            f"Checksum Type mismatch occurred, expected checksum Type: {multipart.algorithm}, "
            f"actual checksum Type: {actual}",
        )


def complete_multipart_upload(holdings: Holdings, request: Request) -> Answer:
    bucket, place = holdings.bucket(request.address.bucket), request.address
    multipart = bucket.multipart(place.key, place.upload_id)
    check_absent(bucket, request)
    made = assembled(multipart, request, least_part_bytes=bucket.least_part_bytes)
    bucket.put(place.key, made)
    del bucket.multiparts[multipart.id]
    used = {id(blob) for blob in made.blobs}
    for part in multipart.parts.values():
        if id(part.blob) not in used:
            part.blob.drop()
    return document(
        element(
            "CompleteMultipartUploadResult",
            Bucket=place.bucket,
            Key=place.key,
            ETag=made.etag,
            ChecksumType=made.checksum.kind,
            **{made.checksum.algorithm.field: made.checksum.text},
        )
    )


def abort_multipart_upload(holdings: Holdings, request: Request) -> Answer:
    bucket, place = holdings.bucket(request.address.bucket), request.address
    multipart = bucket.multipart(place.key, place.upload_id)
    del bucket.multiparts[multipart.id]
    multipart.forget_bytes()
    return Answer(204)
