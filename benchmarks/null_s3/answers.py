"""The calls of S3 that a relay and its peers make, answered from `Memory`.

No signature, digest or condition is looked at: it is the relay that is measured.
https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote
from xml.sax.saxutils import escape

from benchmarks.null_s3.memory import Memory, Part, StoredObject
from benchmarks.null_s3.requests import Request

_MODIFIED = "Sat, 21 Nov 2026 12:00:00 GMT"
_MODIFIED_ISO = "2026-11-21T12:00:00.000Z"
_GIVEN_BACK = ("content-type", "content-disposition", "cache-control")
_NUMBER = re.compile(rb"<PartNumber>(\d+)</PartNumber>")
_KEY = re.compile(rb"<Key>([^<]*)</Key>")
_RANGE = re.compile(r"bytes=(\d+)-(\d*)")
_MARKERS = ("partNumber", "uploadId", "uploads", "delete", "lifecycle", "list-type")


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def name_of(request: Request) -> str:
    """The operation: a method, and what of the query makes a difference."""
    marker = next((name for name in _MARKERS if name in request.query), "")
    place = marker or ("object" if request.key else "bucket")
    copied = "x-amz-copy-source" in request.headers
    return f"{request.method} {place}{' from' if copied else ''}"


def answer(memory: Memory, request: Request) -> Answer:
    operation = _OPERATIONS.get(name_of(request))
    if operation is None:
        return _error(501, "NotImplemented")
    try:
        return operation(memory, request)
    except KeyError:
        return _error(404, "NoSuchUpload" if "uploadId" in request.query else "NoSuchKey")


def _xml(name: str, content: str) -> Answer:
    namespace = "http://s3.amazonaws.com/doc/2006-03-01/"
    text = f'<?xml version="1.0"?><{name} xmlns="{namespace}">{content}</{name}>'
    return Answer(200, text.encode(), {"Content-Type": "application/xml"})


def _error(status: int, code: str) -> Answer:
    text = f'<?xml version="1.0"?><Error><Code>{code}</Code><Message>{code}</Message></Error>'
    return Answer(status, text.encode(), {"Content-Type": "application/xml"})


def _given_back(headers: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value
        for name, value in headers.items()
        if name in _GIVEN_BACK or name.startswith("x-amz-meta-")
    }


def _create(memory: Memory, request: Request) -> Answer:
    multipart_id = memory.begin(request.key, _given_back(request.headers))
    place = f"<Bucket>bucket</Bucket><Key>{escape(request.key)}</Key>"
    return _xml("InitiateMultipartUploadResult", f"{place}<UploadId>{multipart_id}</UploadId>")


def _part(memory: Memory, request: Request) -> Answer:
    part = Part(request.size_bytes, memory.etag())
    memory.multiparts[request.query["uploadId"]].parts[int(request.query["partNumber"])] = part
    return Answer(200, headers={"ETag": part.etag})


def _copied_part(memory: Memory, request: Request) -> Answer:
    stored = _source(memory, request)
    wanted = request.headers.get("x-amz-copy-source-range")
    first, last = _bounds(stored, wanted) if wanted else (0, stored.size_bytes - 1)
    part = Part(last - first + 1, memory.etag())
    memory.multiparts[request.query["uploadId"]].parts[int(request.query["partNumber"])] = part
    return _copied("CopyPartResult", part.etag)


def _copied_object(memory: Memory, request: Request) -> Answer:
    source = _source(memory, request)
    headers = _given_back(request.headers)
    stored = StoredObject(source.size_bytes, memory.etag(), headers, source.content)
    memory.put(request.key, stored)
    return _copied("CopyObjectResult", stored.etag)


def _copied(name: str, etag: str) -> Answer:
    return _xml(name, f"<ETag>{etag}</ETag><LastModified>{_MODIFIED_ISO}</LastModified>")


def _source(memory: Memory, request: Request) -> StoredObject:
    named = unquote(request.headers["x-amz-copy-source"].partition("?")[0])
    _, _, key = named.lstrip("/").partition("/")
    return memory.objects[key]


def _complete(memory: Memory, request: Request) -> Answer:
    numbers = [int(number) for number in _NUMBER.findall(request.body or b"")]
    stored = memory.complete(request.query["uploadId"], numbers)
    place = f"<Bucket>bucket</Bucket><Key>{escape(request.key)}</Key>"
    return _xml("CompleteMultipartUploadResult", f"{place}<ETag>{stored.etag}</ETag>")


def _abort(memory: Memory, request: Request) -> Answer:
    del memory.multiparts[request.query["uploadId"]]
    return Answer(204)


def _list_parts(memory: Memory, request: Request) -> Answer:
    after = int(request.query.get("part-number-marker") or 0)
    parts = sorted(memory.multiparts[request.query["uploadId"]].parts.items())
    page = [(number, part) for number, part in parts if number > after][:1000]
    truncated = bool(page) and page[-1][0] < parts[-1][0]
    listed = "".join(
        f"<Part><PartNumber>{number}</PartNumber><LastModified>{_MODIFIED_ISO}</LastModified>"
        f"<ETag>{part.etag}</ETag><Size>{part.size_bytes}</Size></Part>"
        for number, part in page
    )
    marker = f"<NextPartNumberMarker>{page[-1][0]}</NextPartNumberMarker>" if page else ""
    head = f"<IsTruncated>{str(truncated).lower()}</IsTruncated>{marker}"
    return _xml("ListPartsResult", head + listed)


def _list_multiparts(memory: Memory, request: Request) -> Answer:
    prefix = request.query.get("prefix", "")
    listed = "".join(
        f"<Upload><Key>{escape(multipart.key)}</Key><UploadId>{multipart_id}</UploadId></Upload>"
        for multipart_id, multipart in list(memory.multiparts.items())
        if multipart.key.startswith(prefix)
    )
    return _xml("ListMultipartUploadsResult", f"<IsTruncated>false</IsTruncated>{listed}")


def _put(memory: Memory, request: Request) -> Answer:
    headers = _given_back(request.headers)
    stored = StoredObject(request.size_bytes, memory.etag(), headers, request.body)
    memory.put(request.key, stored)
    return Answer(200, headers={"ETag": stored.etag})


def _head(memory: Memory, request: Request) -> Answer:
    stored = memory.objects[request.key]
    return Answer(200, headers=_described(stored) | {"Content-Length": str(stored.size_bytes)})


def _get(memory: Memory, request: Request) -> Answer:
    stored = memory.objects[request.key]
    if "range" not in request.headers:
        return Answer(200, stored.slice(0, stored.size_bytes - 1), _described(stored))
    first, last = _bounds(stored, request.headers["range"])
    told = {"Content-Range": f"bytes {first}-{last}/{stored.size_bytes}"}
    return Answer(206, stored.slice(first, last), _described(stored) | told)


def _bounds(stored: StoredObject, wanted: str) -> tuple[int, int]:
    found = _RANGE.match(wanted)
    assert found, wanted
    last = int(found[2]) if found[2] else stored.size_bytes - 1
    return int(found[1]), min(last, stored.size_bytes - 1)


def _described(stored: StoredObject) -> dict[str, str]:
    return {"ETag": stored.etag, "Last-Modified": _MODIFIED, **stored.headers}


def _delete(memory: Memory, request: Request) -> Answer:
    memory.objects.pop(request.key, None)
    return Answer(204)


def _delete_many(memory: Memory, request: Request) -> Answer:
    for key in _KEY.findall(request.body or b""):
        memory.objects.pop(key.decode(), None)
    return _xml("DeleteResult", "")


def _list_objects(memory: Memory, request: Request) -> Answer:
    prefix = request.query.get("prefix", "")
    found = [(key, item) for key, item in list(memory.objects.items()) if key.startswith(prefix)]
    listed = "".join(
        f"<Contents><Key>{escape(key)}</Key><LastModified>{_MODIFIED_ISO}</LastModified>"
        f"<ETag>{item.etag}</ETag><Size>{item.size_bytes}</Size></Contents>"
        for key, item in found[:1000]
    )
    return _xml("ListBucketResult", f"<IsTruncated>false</IsTruncated>{listed}")


_OPERATIONS: dict[str, Callable[[Memory, Request], Answer]] = {
    "POST uploads": _create,
    "PUT partNumber": _part,
    "PUT partNumber from": _copied_part,
    "POST uploadId": _complete,
    "DELETE uploadId": _abort,
    "GET uploadId": _list_parts,
    "GET uploads": _list_multiparts,
    "PUT object": _put,
    "PUT object from": _copied_object,
    "HEAD object": _head,
    "GET object": _get,
    "DELETE object": _delete,
    "POST delete": _delete_many,
    "GET list-type": _list_objects,
    "GET bucket": _list_objects,
    "HEAD bucket": lambda _memory, _request: Answer(200),
    "PUT bucket": lambda _memory, _request: Answer(200),
    "GET lifecycle": lambda _memory, _request: _error(404, "NoSuchLifecycleConfiguration"),
}
