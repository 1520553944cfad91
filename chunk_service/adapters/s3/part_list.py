"""The list of parts that completes a multipart upload, written as XML by us.

botocore goes by its model for every value of every part: a millisecond for each hundred parts, on
the event loop, while a client waits. It is given the finished document instead, set aside while it
composes the request and put there as its body; all else of the call stays its own.
https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from xml.sax.saxutils import escape

from aiobotocore.client import AioBaseClient

from chunk_service.adapters.s3 import fields
from chunk_service.domain.objects import SentPart

_FIELD: Final = "MultipartUpload"
_DOCUMENT: Final = "chunk_service.part_list"
_NAMESPACE: Final = "http://s3.amazonaws.com/doc/2006-03-01/"


def of_document(written: bytes) -> dict[str, Any]:
    """For a client that `attach_to` was told of."""
    return {_FIELD: written}


def document(parts: Sequence[SentPart]) -> bytes:
    listed = "".join([f"<Part>{_said_of(part)}</Part>" for part in parts])
    text = f'<CompleteMultipartUpload xmlns="{_NAMESPACE}">{listed}</CompleteMultipartUpload>'
    return text.encode()


def _said_of(part: SentPart) -> str:
    said = f"<PartNumber>{part.number}</PartNumber><ETag>{escape(part.etag)}</ETag>"
    if part.checksum is None:
        return said
    name = fields.name_of(part.checksum.algorithm)
    return f"{said}<{name}>{part.checksum.base64}</{name}>"


def attach_to(client: AioBaseClient) -> None:
    events = client.meta.events
    events.register("provide-client-params.s3.CompleteMultipartUpload", _set_aside)  # type: ignore[arg-type]
    events.register("before-call.s3.CompleteMultipartUpload", _put_there)


def _set_aside(
    *, params: Mapping[str, Any], context: dict[str, Any], **_: object
) -> dict[str, Any]:
    context[_DOCUMENT] = params[_FIELD]
    return {name: value for name, value in params.items() if name != _FIELD}


def _put_there(*, params: dict[str, Any], context: Mapping[str, Any], **_: object) -> None:
    params["body"] = context[_DOCUMENT]
