"""PutObject, HeadObject, GetObject with a range, DeleteObject."""

import re
from email.utils import format_datetime

from tests.doubles.http import Answer
from tests.doubles.s3.blobs import read_run
from tests.doubles.s3.conditions import (
    check_absent,
    check_body,
    checksum_headers,
    kept_headers,
    quoted,
)
from tests.doubles.s3.digests import Algorithm, declared
from tests.doubles.s3.errors import S3Error
from tests.doubles.s3.records import Checksum, Holdings, StoredObject
from tests.doubles.s3.requests import Request


def put_object(holdings: Holdings, request: Request) -> Answer:
    bucket = holdings.bucket(request.address.bucket)
    check_absent(bucket, request)
    check_body(request)
    given = declared(request.headers)
    algorithm = Algorithm.CRC64NVME if given is None else given[0]
    made = StoredObject(
        etag=quoted(request.body.md5.hex()),
        blobs=(request.body,),
        checksum=Checksum.of_blob(request.body, algorithm),
        headers=kept_headers(request.headers),
    )
    bucket.put(request.address.key, made)
    return Answer(200, {"ETag": made.etag} | checksum_headers(made.checksum))


def head_object(holdings: Holdings, request: Request) -> Answer:
    found = _find(holdings, request)
    return Answer(200, _described(found, request), length_bytes=found.size_bytes)


def get_object(holdings: Holdings, request: Request) -> Answer:
    found = _find(holdings, request)
    if request.headers.get("if-match", found.etag) != found.etag:
        raise S3Error("PreconditionFailed", "At least one of the pre-conditions did not hold")
    headers = _described(found, request)
    wanted = _range(request.headers.get("range", ""), found.size_bytes)
    if wanted is None:
        run = read_run(found.blobs, 0, found.size_bytes)
        return Answer(200, headers, run, found.size_bytes)
    start, stop = wanted
    headers = {name: text for name, text in headers.items() if "checksum" not in name}
    headers["Content-Range"] = f"bytes {start}-{stop - 1}/{found.size_bytes}"
    return Answer(206, headers, read_run(found.blobs, start, stop), stop - start)


def delete_object(holdings: Holdings, request: Request) -> Answer:
    """Whether it was there or not: 204."""
    removed = holdings.bucket(request.address.bucket).objects.pop(request.address.key, None)
    for blob in () if removed is None else removed.blobs:
        blob.drop()
    return Answer(204)


def _find(holdings: Holdings, request: Request) -> StoredObject:
    found = holdings.bucket(request.address.bucket).objects.get(request.address.key)
    if found is None:
        raise S3Error("NoSuchKey", "The specified key does not exist.")
    return found


def _described(found: StoredObject, request: Request) -> dict[str, str]:
    headers = dict(found.headers) | {
        "ETag": found.etag,
        "Accept-Ranges": "bytes",
        "Last-Modified": format_datetime(found.modified, usegmt=True),
    }
    if request.headers.get("x-amz-checksum-mode", "").upper() == "ENABLED":
        headers |= checksum_headers(found.checksum)
    return headers


def _range(text: str, size_bytes: int) -> tuple[int, int] | None:
    """[start, stop); None where the whole is meant. Several ranges: the whole, as S3 does it."""
    match = re.fullmatch(r"bytes=(\d*)-(\d*)", text)
    if match is None or not (match[1] or match[2]):
        return None
    if match[1]:
        start = int(match[1])
        stop = min(int(match[2]) + 1, size_bytes) if match[2] else size_bytes
    else:
        start, stop = max(size_bytes - int(match[2]), 0), size_bytes
    if start >= stop:
        raise S3Error("InvalidRange", "The requested range is not satisfiable")
    return start, stop
