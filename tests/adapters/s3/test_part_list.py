"""Our list of parts is, byte for byte, what botocore would write."""

from typing import TYPE_CHECKING, Any

import pytest
from aiobotocore.awsrequest import AioAWSResponse
from aiobotocore.session import AioSession
from botocore.awsrequest import AWSPreparedRequest, HeadersDict

from chunk_service.adapters.s3 import fields, part_list
from chunk_service.adapters.s3.client import client_of
from chunk_service.adapters.s3.options import S3Options
from chunk_service.domain.checksums import Algorithm, Checksum
from chunk_service.domain.objects import SentPart

if TYPE_CHECKING:
    from types_aiobotocore_s3 import S3Client

OPTIONS = S3Options(
    region="eu-west-1",
    endpoint_url="http://127.0.0.1:9000",
    access_key="access",
    secret_key="secret",
    addressing_style="path",
)
CALL = {"Bucket": "bucket", "Key": "a b/ü", "UploadId": "m/1+", "IfNoneMatch": "*"}
# Of the moment, or of its signature.
PASSING = ("authorization", "x-amz-date", "amz-sdk")
ANSWER = b"<CompleteMultipartUploadResult><ETag>e</ETag></CompleteMultipartUploadResult>"


def sent(count: int, *, checksum: Algorithm | None = None, etag: str = '"abc"') -> list[SentPart]:
    return [
        SentPart(
            number=number,
            size_bytes=8,
            etag=etag,
            checksum=None if checksum is None else Checksum.of_int(checksum, number),
        )
        for number in range(1, count + 1)
    ]


def as_model_has_it(parts: list[SentPart]) -> dict[str, Any]:
    return {
        "MultipartUpload": {
            "Parts": [
                {"PartNumber": part.number, "ETag": part.etag} | fields.of_checksum(part.checksum)
                for part in parts
            ]
        }
    }


async def request_of(client: "S3Client", call: dict[str, Any]) -> AWSPreparedRequest:
    caught: list[AWSPreparedRequest] = []

    async def catch(request: AWSPreparedRequest, **_: object) -> AioAWSResponse:
        caught.append(request)
        return AioAWSResponse(request.url, 200, HeadersDict(), _Content())  # type: ignore[arg-type]

    client.meta.events.register("before-send.s3.CompleteMultipartUpload", catch)  # type: ignore[arg-type]
    await client.complete_multipart_upload(**call)
    return caught[0]


@pytest.mark.parametrize(
    "parts",
    [
        sent(1),
        sent(1, etag='"<&>\'" ü'),
        *(sent(3, checksum=each) for each in Algorithm),
        sent(10_000, checksum=Algorithm.CRC64NVME),
    ],
)
async def test_a_list_is_sent_as_botocore_would_send_it(
    plain_session: AioSession, parts: list[SentPart]
) -> None:
    def opened() -> Any:
        return client_of(plain_session, OPTIONS, attempts=1, connections=1, ca_certs=None)

    async with opened() as client, opened() as plain:
        part_list.attach_to(client)
        ours = await request_of(client, CALL | part_list.of_document(part_list.document(parts)))
        theirs = await request_of(plain, CALL | as_model_has_it(parts))
    assert ours.body == theirs.body
    assert ours.url == theirs.url
    assert _lasting(ours) == _lasting(theirs)


def _lasting(request: AWSPreparedRequest) -> dict[str, Any]:
    return {
        name.lower(): value
        for name, value in request.headers.items()
        if not name.lower().startswith(PASSING)
    }


class _Content:
    async def read(self) -> bytes:
        return ANSWER
