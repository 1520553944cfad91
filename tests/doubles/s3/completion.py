"""What CompleteMultipartUpload checks, and the object that comes of it.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
"""

import hashlib
import itertools
from collections.abc import Mapping, Sequence
from xml.etree.ElementTree import ParseError

from tests.doubles.s3.conditions import quoted
from tests.doubles.s3.digests import (
    Algorithm,
    Kind,
    declared,
    encoded,
    of_bytes,
    of_concatenation,
)
from tests.doubles.s3.documents import elements_in
from tests.doubles.s3.errors import S3Error
from tests.doubles.s3.records import Checksum, Multipart, Part, StoredObject
from tests.doubles.s3.requests import Request

Listed = Mapping[str, str]


def assembled(multipart: Multipart, request: Request, *, least_part_bytes: int) -> StoredObject:
    """The object; S3Error where S3 would refuse, with nothing changed."""
    listed = _listed(request)
    numbers = [_number(each) for each in listed]
    if any(later <= earlier for earlier, later in itertools.pairwise(numbers)):
        raise S3Error("InvalidPartOrder", "The list of parts was not in ascending order.")
    parts = [_part(multipart, each) for each in listed]
    if any(part.blob.size_bytes < least_part_bytes for part in parts[:-1]):
        raise S3Error("EntityTooSmall", "Your proposed upload is smaller than the minimum size")
    if multipart.is_declared and numbers != list(range(1, len(numbers) + 1)):
        # documented as a 500: numbers must be consecutive where there are checksums
        raise S3Error("InternalError", "Part numbers are not consecutive")
    checksum = _whole_checksum(multipart, parts)
    _check_whole(checksum, multipart, request)
    _check_size(parts, request)
    digests = b"".join(bytes.fromhex(part.etag.strip('"')[:32]) for part in parts)
    return StoredObject(
        etag=quoted(f"{hashlib.md5(digests).hexdigest()}-{len(parts)}"),
        blobs=tuple(part.blob for part in parts),
        checksum=checksum,
        headers=multipart.headers,
    )


def _listed(request: Request) -> Sequence[Listed]:
    try:
        found = list(elements_in(request.text, "Part"))
    except ParseError:
        found = []
    if not found or any({"PartNumber", "ETag"} - each.keys() for each in found):
        raise S3Error("MalformedXML", "The XML you provided was not well-formed")
    return found


def _number(listed: Listed) -> int:
    if not listed["PartNumber"].isdigit():
        raise S3Error("MalformedXML", "A part number is not a number")
    return int(listed["PartNumber"])


def _part(multipart: Multipart, listed: Listed) -> Part:
    """Exactly the part that is listed: number, ETag and, where given, checksum."""
    found = multipart.parts.get(_number(listed))
    if found is None or found.etag.strip('"') != listed["ETag"].strip('"'):
        raise S3Error("InvalidPart", "One or more of the specified parts could not be found.")
    for algorithm in Algorithm:
        text = listed.get(algorithm.field)
        if text is not None and text != encoded(found.blob.digest(algorithm)):
            raise S3Error("InvalidPart", "The checksum might not have matched the part's.")
    if multipart.kind is Kind.COMPOSITE and multipart.algorithm.field not in listed:
        raise S3Error("InvalidRequest", "The complete request must include each part's checksum.")
    return found


def _whole_checksum(multipart: Multipart, parts: Sequence[Part]) -> Checksum:
    algorithm = multipart.algorithm
    digests = [part.blob.digest(algorithm) for part in parts]
    if multipart.kind is Kind.COMPOSITE:
        text = f"{encoded(of_bytes(algorithm, b''.join(digests)))}-{len(parts)}"
    else:
        sizes = [part.blob.size_bytes for part in parts]
        text = encoded(of_concatenation(algorithm, list(zip(digests, sizes, strict=True))))
    return Checksum(algorithm, multipart.kind, text)


def _check_whole(checksum: Checksum, multipart: Multipart, request: Request) -> None:
    kind = request.headers.get("x-amz-checksum-type")
    if kind is not None and kind != multipart.kind:
        raise S3Error("InvalidRequest", "The upload was created with another checksum type.")
    given = declared(request.headers)
    if given is None:
        return
    if given[0] != multipart.algorithm:
        raise S3Error("InvalidRequest", "The upload was created with another checksum.")
    if encoded(given[1]) != checksum.text.partition("-")[0]:
        raise S3Error("BadDigest", f"The {given[0]} you specified did not match the calculated one")


def _check_size(parts: Sequence[Part], request: Request) -> None:
    told = request.headers.get("x-amz-mp-object-size")
    size_bytes = sum(part.blob.size_bytes for part in parts)
    if told is not None and told != str(size_bytes):
        raise S3Error("InvalidRequest", f"x-amz-mp-object-size {told} is not {size_bytes}")
