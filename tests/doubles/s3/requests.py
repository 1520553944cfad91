"""Which operation a request asks for, and the request as the operations see it."""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.doubles.http import Head
from tests.doubles.s3.blobs import Blob
from tests.doubles.s3.errors import S3Error

# (method, has a key, the query words that tell operations apart)
OPERATIONS: Mapping[tuple[str, bool, frozenset[str]], str] = {
    ("GET", False, frozenset({"list-type"})): "ListObjectsV2",
    ("GET", False, frozenset({"uploads"})): "ListMultipartUploads",
    ("GET", False, frozenset({"lifecycle"})): "GetBucketLifecycleConfiguration",
    ("PUT", False, frozenset({"lifecycle"})): "PutBucketLifecycleConfiguration",
    ("PUT", False, frozenset()): "CreateBucket",
    ("HEAD", False, frozenset()): "HeadBucket",
    ("DELETE", False, frozenset()): "DeleteBucket",
    ("POST", True, frozenset({"uploads"})): "CreateMultipartUpload",
    ("PUT", True, frozenset({"partNumber", "uploadId"})): "UploadPart",
    ("POST", True, frozenset({"uploadId"})): "CompleteMultipartUpload",
    ("DELETE", True, frozenset({"uploadId"})): "AbortMultipartUpload",
    ("GET", True, frozenset({"uploadId"})): "ListParts",
    ("PUT", True, frozenset()): "PutObject",
    ("GET", True, frozenset()): "GetObject",
    ("HEAD", True, frozenset()): "HeadObject",
    ("DELETE", True, frozenset()): "DeleteObject",
}
# A header makes of these a copy of what the store has.
COPIES: Mapping[str, str] = {"PutObject": "CopyObject", "UploadPart": "UploadPartCopy"}
# Words that tell operations apart, known here or not: an unknown one must not pass for another.
_WORDS = frozenset().union(*(words for _, _, words in OPERATIONS)) | {
    *(
        "acl",
        "attributes",
        "cors",
        "delete",
        "encryption",
        "legal-hold",
        "location",
        "notification",
    ),
    *("object-lock", "policy", "restore", "retention", "select", "tagging", "torrent"),
    *("versioning", "versionId", "versions", "website"),
}


@dataclass(frozen=True, slots=True)
class Address:
    """Path-style: /bucket/key. `operation` is "Unknown" where this double has none."""

    operation: str
    bucket: str
    key: str
    upload_id: str


@dataclass(frozen=True, slots=True)
class Request:
    address: Address
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Blob

    @property
    def text(self) -> bytes:
        return b"".join(self.body.read())

    def number(self, name: str, *, default: int) -> int:
        text = self.query.get(name, "") or str(default)
        if not text.isdigit():
            raise S3Error("InvalidArgument", f"{name} is not a number")
        return int(text)


def address_of(head: Head) -> Address:
    bucket, _, key = head.path.removeprefix("/").partition("/")
    words = _WORDS.intersection(head.query)
    operation = OPERATIONS.get((head.method, bool(key), words), "Unknown")
    if "x-amz-copy-source" in head.headers:
        operation = COPIES.get(operation, "Unknown")
    if not bucket:
        operation = "Unknown"
    return Address(operation, bucket, key, head.query.get("uploadId", ""))


def check_signed(head: Head, access_key: str | None) -> None:
    """A signature must be there and name our key; whether it is right is not looked into."""
    credential = head.query.get("X-Amz-Credential") or _credential_in_header(head)
    if not credential:
        raise S3Error("AccessDenied", "Access Denied")
    if access_key is not None and credential.partition("/")[0] != access_key:
        raise S3Error("InvalidAccessKeyId", "The access key id does not exist in our records.")


def _credential_in_header(head: Head) -> str:
    kind, _, rest = head.headers.get("authorization", "").partition(" ")
    found = rest.partition("Credential=")[2].partition(",")[0]
    return found if kind == "AWS4-HMAC-SHA256" and "Signature=" in rest else ""
