"""Requests that somebody else makes to the store: signed here, for one object and a short while.

They go by the address that clients reach the store at, so this is a client of its own; it sends
nothing. Version 4 is said outright: the default of some regions binds neither length nor headers.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from aiobotocore.config import AioConfig

from chunk_service.adapters.s3.options import S3Options
from chunk_service.adapters.s3.session import new_session
from chunk_service.domain.objects import MultipartId, ObjectTarget
from chunk_service.usecases.presign_upload import PresignedForm

if TYPE_CHECKING:
    from types_aiobotocore_s3 import S3Client


@dataclass(frozen=True, slots=True)
class Presigner:
    client: "S3Client"

    async def get_url(
        self, target: ObjectTarget, *, disposition: str, expires_in: timedelta
    ) -> str:
        """To read the object, as `target.content_type` and under `disposition` (RFC 6266)."""
        return await self._url("get_object", target, expires_in, _shown(target, disposition))

    async def head_url(
        self, target: ObjectTarget, *, disposition: str, expires_in: timedelta
    ) -> str:
        """The same for a HEAD: a link is signed for one method."""
        return await self._url("head_object", target, expires_in, _shown(target, disposition))

    async def put_url(
        self, target: ObjectTarget, *, size_bytes: int | None, expires_in: timedelta
    ) -> str:
        """To write the object in one request; of exactly this size, where one is given."""
        bound = {} if size_bytes is None else {"ContentLength": size_bytes}
        return await self._url("put_object", target, expires_in, bound)

    async def part_url(
        self, target: ObjectTarget, *, multipart: MultipartId, number: int, expires_in: timedelta
    ) -> str:
        part = {"UploadId": multipart, "PartNumber": number}
        return await self._url("upload_part", target, expires_in, part)

    async def post_form(
        self, target: ObjectTarget, *, max_bytes: int, min_bytes: int = 0, expires_in: timedelta
    ) -> PresignedForm:
        """A policy that binds the length, for HTML forms.

        https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
        """
        answer = await self.client.generate_presigned_post(
            Bucket=target.bucket,
            Key=target.key,
            Conditions=[["content-length-range", min_bytes, max_bytes]],
            ExpiresIn=_whole_seconds(expires_in),
        )
        return PresignedForm(url=answer["url"], fields=answer["fields"])

    async def _url(
        self, method: str, target: ObjectTarget, expires_in: timedelta, more: Mapping[str, Any]
    ) -> str:
        return await self.client.generate_presigned_url(
            method,
            Params={"Bucket": target.bucket, "Key": target.key, **more},
            ExpiresIn=_whole_seconds(expires_in),
        )


def _shown(target: ObjectTarget, disposition: str) -> Mapping[str, str]:
    return {
        "ResponseContentType": target.content_type,
        "ResponseContentDisposition": disposition,
    }


def _whole_seconds(duration: timedelta) -> int:
    return max(1, int(duration.total_seconds()))


@asynccontextmanager
async def open_presigner(
    options: S3Options, *, public_endpoint_url: str
) -> AsyncIterator[Presigner]:
    there = replace(options, endpoint_url=public_endpoint_url)
    async with new_session().create_client(
        "s3",
        region_name=there.region,
        endpoint_url=there.endpoint_url,
        aws_access_key_id=there.access_key,
        aws_secret_access_key=there.secret_key,
        config=AioConfig(
            signature_version="s3v4",
            s3={"addressing_style": there.addressing_style},
            request_checksum_calculation="when_required",
        ),
    ) as client:
        yield Presigner(client)
