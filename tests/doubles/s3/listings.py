"""ListParts, ListMultipartUploads, ListObjectsV2: in order, by pages."""

from collections.abc import Sequence
from typing import TypeVar
from urllib.parse import quote

from tests.doubles.http import Answer
from tests.doubles.s3.digests import encoded
from tests.doubles.s3.documents import document, element
from tests.doubles.s3.errors import S3Error
from tests.doubles.s3.records import Holdings, Multipart, Part, StoredObject
from tests.doubles.s3.requests import Request

_MOST = 1000

T = TypeVar("T")


def list_parts(holdings: Holdings, request: Request) -> Answer:
    place = request.address
    multipart = holdings.bucket(place.bucket).multipart(place.key, place.upload_id)
    marker = request.number("part-number-marker", default=0)
    later = [(n, part) for n, part in sorted(multipart.parts.items()) if n > marker]
    page, is_truncated = _page(later, request, "max-parts")
    return document(
        element(
            "ListPartsResult",
            *(_part(number, part, multipart) for number, part in page),
            Bucket=place.bucket,
            Key=place.key,
            UploadId=multipart.id,
            PartNumberMarker=marker,
            NextPartNumberMarker=page[-1][0] if page else None,
            IsTruncated=is_truncated,
            ChecksumAlgorithm=multipart.algorithm if multipart.is_declared else None,
            ChecksumType=multipart.kind if multipart.is_declared else None,
        )
    )


def _part(number: int, part: Part, multipart: Multipart) -> str:
    checksum = encoded(part.blob.digest(multipart.algorithm)) if multipart.is_declared else None
    return element(
        "Part",
        PartNumber=number,
        ETag=part.etag,
        Size=part.blob.size_bytes,
        LastModified=part.uploaded.isoformat(),
        **{multipart.algorithm.field: checksum},
    )


def list_multipart_uploads(holdings: Holdings, request: Request) -> Answer:
    """In the order of keys, of one key in the order of their beginning."""
    _refuse_grouping(request)
    bucket = holdings.bucket(request.address.bucket)
    prefix, marker = request.query.get("prefix", ""), request.query.get("key-marker", "")
    found = sorted(
        (each for each in bucket.multiparts.values() if each.key.startswith(prefix)),
        key=lambda each: (each.key, each.initiated),
    )
    ids_at_marker = [each.id for each in found if each.key == marker]
    id_marker = request.query.get("upload-id-marker")
    if id_marker in ids_at_marker:
        seen = set(ids_at_marker[: ids_at_marker.index(id_marker) + 1])
        later = [each for each in found if each.key >= marker and each.id not in seen]
    else:
        later = [each for each in found if each.key > marker]
    page, is_truncated = _page(later, request, "max-uploads")
    last = page[-1] if page and is_truncated else None
    return document(
        element(
            "ListMultipartUploadsResult",
            *(
                element(
                    "Upload",
                    Key=_spelled(each.key, request),
                    UploadId=each.id,
                    Initiated=each.initiated.isoformat(),
                )
                for each in page
            ),
            Bucket=request.address.bucket,
            Prefix=prefix,
            IsTruncated=is_truncated,
            NextKeyMarker=_spelled(last.key, request) if last else None,
            NextUploadIdMarker=last.id if last else None,
        )
    )


def list_objects(holdings: Holdings, request: Request) -> Answer:
    _refuse_grouping(request)
    bucket = holdings.bucket(request.address.bucket)
    prefix = request.query.get("prefix", "")
    after = request.query.get("continuation-token") or request.query.get("start-after", "")
    later = [
        (key, each)
        for key, each in sorted(bucket.objects.items())
        if key.startswith(prefix) and key > after
    ]
    page, is_truncated = _page(later, request, "max-keys")
    return document(
        element(
            "ListBucketResult",
            *(_object(key, each, request) for key, each in page),
            Name=request.address.bucket,
            Prefix=prefix,
            KeyCount=len(page),
            IsTruncated=is_truncated,
            NextContinuationToken=page[-1][0] if page and is_truncated else None,
            EncodingType=request.query.get("encoding-type"),
        )
    )


def _object(key: str, each: StoredObject, request: Request) -> str:
    return element(
        "Contents",
        Key=_spelled(key, request),
        LastModified=each.modified.isoformat(),
        ETag=each.etag,
        Size=each.size_bytes,
        StorageClass="STANDARD",
    )


def _page(found: Sequence[T], request: Request, limit: str) -> tuple[Sequence[T], bool]:
    most = min(request.number(limit, default=_MOST), _MOST)
    return found[:most], len(found) > most


def _refuse_grouping(request: Request) -> None:
    if request.query.get("delimiter"):
        raise S3Error("NotImplemented", "delimiter")


def _spelled(key: str, request: Request) -> str:
    return quote(key, safe="/") if request.query.get("encoding-type") == "url" else key
