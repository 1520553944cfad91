"""Where a bucket's objects lie, as botocore has it: of every way to address one."""

import pytest
from aiobotocore.awsrequest import AioAWSResponse
from aiobotocore.session import AioSession
from botocore.awsrequest import AWSPreparedRequest, HeadersDict

from chunk_service.adapters.s3.client import client_of
from chunk_service.adapters.s3.composing import Composer, Elsewhere
from chunk_service.adapters.s3.options import AddressingStyle, S3Options


def of(
    *, region: str = "eu-west-1", endpoint_url: str | None = None, style: AddressingStyle = "auto"
) -> S3Options:
    return S3Options(
        region=region,
        endpoint_url=endpoint_url,
        access_key="access",
        secret_key="secret",
        addressing_style=style,
    )


@pytest.mark.parametrize("bucket", ["uploads", "uploads.of.ours"])
@pytest.mark.parametrize(
    "options",
    [
        of(),
        of(style="path"),
        of(region="us-east-1"),
        of(region="cn-north-1", style="virtual"),
        of(endpoint_url="http://127.0.0.1:9000"),
        of(endpoint_url="https://s3.example.com/below", style="virtual"),
        of(endpoint_url="https://s3.example.com", style="path"),
    ],
)
async def test_an_object_is_put_where_botocore_would(
    plain_session: AioSession, options: S3Options, bucket: str
) -> None:
    sent: list[AWSPreparedRequest] = []

    async def catch(request: AWSPreparedRequest, **_: object) -> AioAWSResponse:
        sent.append(request)
        return AioAWSResponse(request.url, 200, HeadersDict(), _Empty())  # type: ignore[arg-type]

    opened = client_of(plain_session, options, attempts=1, connections=1, ca_certs=None)
    async with opened as client:
        client.meta.events.register("before-send.s3.HeadObject", catch)  # type: ignore[arg-type]
        composer = Composer(plain_session, client, options, user_agent="test")
        request = await composer.request("HeadObject", {"Bucket": bucket, "Key": "a b/ü"})
        await client.head_object(Bucket=bucket, Key="a b/ü")
    assert request.url == sent[0].url
    assert _scope(request) == _scope(sent[0])


@pytest.mark.parametrize(
    "bucket", ["uploads--use1-az4--x-s3", "arn:aws:s3:eu-west-1:123456789012:accesspoint/mine"]
)
async def test_a_bucket_with_rules_of_its_own_is_left_to_botocore(
    plain_session: AioSession, bucket: str
) -> None:
    opened = client_of(plain_session, of(), attempts=1, connections=1, ca_certs=None)
    async with opened as client:
        composer = Composer(plain_session, client, of(), user_agent="test")
        with pytest.raises(Elsewhere):
            await composer.request("HeadObject", {"Bucket": bucket, "Key": "k"})


class _Empty:
    async def read(self) -> bytes:
        return b""


def _scope(request: AWSPreparedRequest) -> str:
    """Region and service that the signature is for."""
    return str(request.headers["Authorization"]).split("/", 2)[2].partition(",")[0]
