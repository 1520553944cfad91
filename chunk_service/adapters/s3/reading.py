"""Bytes of an object as a stream, of exactly the version that is asked for.

A client of its own: downloads last as long as their readers please, and must not hold connections
that parts and completions wait for. aiohttp stops reading from the store while nobody takes what it
has, so a slow reader is not read ahead for. A body that ends early raises; it never just ends.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aiohttp
from botocore.exceptions import ClientError
from botocore.httpsession import get_cert_path

from chunk_service.adapters.s3 import fields
from chunk_service.adapters.s3.client import ATTEMPTS, client_of
from chunk_service.adapters.s3.errors import outcomes
from chunk_service.adapters.s3.options import S3Options
from chunk_service.adapters.s3.session import new_session
from chunk_service.adapters.s3.timing import Watch
from chunk_service.domain.objects import ObjectGone, ObjectTarget, OutcomeUnknown
from chunk_service.domain.ranges import Range

if TYPE_CHECKING:
    from aiobotocore.response import StreamingBody
    from types_aiobotocore_s3 import S3Client
    from types_aiobotocore_s3.type_defs import GetObjectOutputTypeDef

# With 256 KiB a stalled download held 1.3 MiB and was no faster; with 64 KiB 0.7, and slower.
_PIECE_BYTES = 128 * 1024
_GONE = frozenset({"NoSuchKey", "PreconditionFailed", "412"})


@dataclass(frozen=True, slots=True)
class S3Reader:
    client: "S3Client"

    @asynccontextmanager
    async def read(
        self, target: ObjectTarget, *, etag: str, size_bytes: int, wanted: Range
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """The bytes [first, end) of an object of that size; ObjectGone where it is another one.

        Left before its end, the connection to the store is closed.
        """
        is_part = wanted != (0, size_bytes)
        answer = await self._get(target, etag, wanted if is_part else None)
        body = answer["Body"]
        try:
            _check(answer, etag=etag, length_bytes=wanted[1] - wanted[0])
            yield _pieces(body, wanted[1] - wanted[0])
        finally:
            body.close()

    async def _get(
        self, target: ObjectTarget, etag: str, part: Range | None
    ) -> "GetObjectOutputTypeDef":
        bounds: dict[str, Any] = {} if part is None else {"Range": f"bytes={part[0]}-{part[1] - 1}"}
        with outcomes("GetObject"):
            try:
                return await self.client.get_object(
                    **fields.of_place(target), **bounds, IfMatch=etag
                )
            except ClientError as error:
                if error.response.get("Error", {}).get("Code") in _GONE:
                    raise ObjectGone("GetObject: there is none of this version") from None
                raise


def _check(answer: "GetObjectOutputTypeDef", *, etag: str, length_bytes: int) -> None:
    """Not every store honours If-Match, or a range."""
    if answer.get("ETag") != etag:
        raise ObjectGone("GetObject: another object was answered")
    if answer.get("ContentLength") != length_bytes:
        raise OutcomeUnknown("GetObject: answered with another length than was asked for")


async def _pieces(body: "StreamingBody", length_bytes: int) -> AsyncIterator[bytes]:
    left_bytes = length_bytes
    while left_bytes:
        piece = await _next_piece(body, min(left_bytes, _PIECE_BYTES))
        if not piece:
            raise OutcomeUnknown("GetObject: the body ended early")
        left_bytes -= len(piece)
        yield piece


async def _next_piece(body: "StreamingBody", most_bytes: int) -> bytes:
    with outcomes("GetObject"):
        try:
            return await body.read(most_bytes)
        except aiohttp.ClientError as error:  # aiobotocore translates some of them only
            raise OutcomeUnknown(f"GetObject: {type(error).__name__}") from None


@asynccontextmanager
async def open_reader(
    options: S3Options, *, connections: int, watch: Watch | None = None
) -> AsyncIterator[S3Reader]:
    session = new_session()
    ca_certs = get_cert_path(session.get_config_variable("ca_bundle") or True)
    async with client_of(
        session,
        options,
        attempts=ATTEMPTS,
        connections=connections,
        ca_certs=ca_certs,
        watch=watch,
    ) as client:
        yield S3Reader(client)
