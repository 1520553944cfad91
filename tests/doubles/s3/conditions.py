"""What several operations ask of a request, and the headers that they keep or give back."""

from collections.abc import Mapping

from tests.doubles.s3.digests import declared, decoded, encoded
from tests.doubles.s3.errors import S3Error
from tests.doubles.s3.records import Bucket, Checksum
from tests.doubles.s3.requests import Request

_MOST_BYTES = 5 * 1024**3
_KEPT = frozenset(
    {"cache-control", "content-disposition", "content-encoding", "content-language"}
    | {"content-type", "expires"}
)


def quoted(etag: str) -> str:
    return f'"{etag}"'


def kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    found = {
        name: value
        for name, value in headers.items()
        if name in _KEPT or name.startswith("x-amz-meta-")
    }
    return {"content-type": "binary/octet-stream"} | found


def checksum_headers(checksum: Checksum) -> dict[str, str]:
    return {checksum.algorithm.header: checksum.text, "x-amz-checksum-type": checksum.kind}


def check_absent(bucket: Bucket, request: Request) -> None:
    """`If-None-Match: *`, the only condition that S3 takes on writes besides If-Match."""
    condition = request.headers.get("if-none-match")
    if condition not in (None, "*") or "if-match" in request.headers:
        raise S3Error("NotImplemented", "A condition that this store does not implement")
    if condition is not None and request.address.key in bucket.objects:
        raise S3Error("PreconditionFailed", "At least one of the pre-conditions did not hold")


def check_body(request: Request) -> None:
    """Length told, size allowed, and every digest that came along is that of the bytes."""
    headers, body = request.headers, request.body
    if "content-length" not in headers:
        raise S3Error("MissingContentLength", "You must provide the Content-Length HTTP header.")
    if "aws-chunked" in headers.get("content-encoding", ""):
        raise S3Error("NotImplemented", "aws-chunked bodies")
    if body.size_bytes > _MOST_BYTES:
        raise S3Error("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
    signed = headers.get("x-amz-content-sha256", "UNSIGNED-PAYLOAD")
    if signed != "UNSIGNED-PAYLOAD" and signed != body.sha256.hex():
        raise S3Error("XAmzContentSHA256Mismatch", "The SHA-256 is not that of the bytes")
    _check_md5(request)
    given = declared(headers)
    if given is not None and given[1] != body.digest(given[0]):
        raise S3Error(
            "BadDigest",
            f"The {given[0]} you specified did not match the calculated checksum, "
            f"{encoded(body.digest(given[0]))}.",
        )


def _check_md5(request: Request) -> None:
    text = request.headers.get("content-md5")
    if text is None:
        return
    digest = decoded(text, code="InvalidDigest", what="Content-MD5")
    if len(digest) != len(request.body.md5):
        raise S3Error("InvalidDigest", "The Content-MD5 you specified is not valid.")
    if digest != request.body.md5:
        raise S3Error("BadDigest", "The Content-MD5 you specified did not match what we received.")
