"""CopyObject and UploadPartCopy: within the double, on the conditions of their source.

A copy has bytes of its own: what becomes of the source does not touch it.
"""

import re
from urllib.parse import unquote

from tests.doubles.http import Answer
from tests.doubles.s3.blobs import read_run
from tests.doubles.s3.conditions import check_absent, kept_headers, quoted
from tests.doubles.s3.digests import Algorithm
from tests.doubles.s3.documents import document, element
from tests.doubles.s3.errors import S3Error
from tests.doubles.s3.records import Checksum, Holdings, Part, StoredObject
from tests.doubles.s3.requests import Request

_MOST_BYTES = 5 * 1024**3


def copy_object(holdings: Holdings, request: Request) -> Answer:
    bucket, source = holdings.bucket(request.address.bucket), _source(holdings, request)
    check_absent(bucket, request)
    if source.size_bytes > _MOST_BYTES:
        raise S3Error("InvalidRequest", "The specified copy source is larger than allowed.")
    if request.headers.get("x-amz-metadata-directive", "COPY") == "REPLACE":
        headers = kept_headers(request.headers)
    else:
        headers = dict(source.headers)
    copy = holdings.shelf.blob(b"".join(read_run(source.blobs, 0, source.size_bytes)))
    made = StoredObject(
        etag=quoted(copy.md5.hex()),
        blobs=(copy,),
        checksum=Checksum.of_blob(copy, Algorithm.CRC64NVME),
        headers=headers,
    )
    bucket.put(request.address.key, made)
    return document(element("CopyObjectResult", element("ETag", made.etag)))


def upload_part_copy(holdings: Holdings, request: Request) -> Answer:
    bucket, place = holdings.bucket(request.address.bucket), request.address
    multipart = bucket.multipart(place.key, place.upload_id)
    source = _source(holdings, request)
    first, last = _range(request, source.size_bytes)
    copy = holdings.shelf.blob(b"".join(read_run(source.blobs, first, last + 1)))
    multipart.parts[request.number("partNumber", default=0)] = part = Part(
        copy, quoted(copy.md5.hex())
    )
    return document(element("CopyPartResult", element("ETag", part.etag)))


def _source(holdings: Holdings, request: Request) -> StoredObject:
    path = unquote(request.headers["x-amz-copy-source"]).removeprefix("/")
    name, _, key = path.partition("/")
    found = holdings.bucket(name).objects.get(key)
    if found is None:
        raise S3Error("NoSuchKey", "The specified key does not exist.")
    if request.headers.get("x-amz-copy-source-if-match", found.etag) != found.etag:
        raise S3Error("PreconditionFailed", "At least one of the pre-conditions did not hold")
    return found


def _range(request: Request, size_bytes: int) -> tuple[int, int]:
    """[first, last] of the source."""
    text = request.headers.get("x-amz-copy-source-range", f"bytes=0-{size_bytes - 1}")
    match = re.fullmatch(r"bytes=(\d+)-(\d+)", text)
    if match is None or not int(match[1]) <= int(match[2]) < size_bytes:
        raise S3Error("InvalidRange", "The requested range is not satisfiable")
    return int(match[1]), int(match[2])
