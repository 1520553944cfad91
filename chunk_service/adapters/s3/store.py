"""The object store as the use cases see it: one method a call, values in, outcomes out.

Which of the two clients a call goes by says whether botocore may repeat it. A success that lacks
what it must carry (an ETag, an upload id) proves nothing, so its outcome is unknown.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chunk_service.adapters.s3 import fields, part_list
from chunk_service.adapters.s3.asking import Asking
from chunk_service.adapters.s3.composing import Elsewhere
from chunk_service.adapters.s3.errors import outcomes, status_of
from chunk_service.adapters.s3.looking import Looking, NotSeen
from chunk_service.adapters.s3.options import S3Options
from chunk_service.adapters.s3.putting import Putting
from chunk_service.adapters.s3.sending import Sending, Undecided
from chunk_service.adapters.s3.wire import of_body
from chunk_service.domain.checksums import Checksum
from chunk_service.domain.objects import (
    MultipartGone,
    MultipartId,
    ObjectTarget,
    OutcomeUnknown,
    PartSource,
    SentPart,
    SourceChanged,
    StoredObject,
)

if TYPE_CHECKING:
    from types_aiobotocore_s3 import S3Client


@contextmanager
def _of_source() -> Iterator[None]:
    """The conditions of a copy are of its source: the key that is written has none."""
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if status_of(error) == HTTPStatus.PRECONDITION_FAILED or code == "NoSuchKey":
            raise SourceChanged(f"the source is not as it was found: {status_of(error)}") from None
        raise


class S3Store:
    def __init__(
        self,
        options: S3Options,
        *,
        repeating: "S3Client",
        once: "S3Client",
        sending: Sending,
        putting: Putting,
        asking: Asking,
        looking: Looking,
    ) -> None:
        self._options = options
        self._repeating = repeating
        self._once = once
        self._sending = sending
        self._putting = putting
        self._asking = asking
        self._looking = looking

    async def create_multipart(self, target: ObjectTarget) -> MultipartId:
        said = fields.of_new_object(target) | fields.of_algorithm(target.part_checksum)
        answer: Mapping[str, Any]
        with outcomes("CreateMultipartUpload"):
            try:
                answer = await self._asking("CreateMultipartUpload", said)
            except Elsewhere:
                answer = await self._once.create_multipart_upload(**said)
        if not answer.get("UploadId"):
            raise OutcomeUnknown("CreateMultipartUpload: answered without an id")
        return MultipartId(answer["UploadId"])

    async def upload_part(
        self, target: ObjectTarget, *, multipart: MultipartId, number: int, source: PartSource
    ) -> str:
        """Return the ETag with its quotes; `SourceDamaged` comes out as the source raised it."""
        said = {
            **fields.of_place(target),
            **fields.of_checksum(source.checksum),
            **fields.of_part(multipart, number),
        }
        answer: Mapping[str, Any]
        with outcomes("UploadPart"):
            try:
                answer = fields.part_by(await self._sending(said, source))
            except Undecided:
                answer = await self._repeating.upload_part(**said, **of_body(source))
        if not answer.get("ETag"):
            raise OutcomeUnknown("UploadPart: answered without an ETag")
        if fields.contradicts(answer, source.checksum):
            raise OutcomeUnknown("UploadPart: answered with another checksum than was sent")
        return str(answer["ETag"])

    async def complete_multipart(
        self,
        target: ObjectTarget,
        *,
        multipart: MultipartId,
        parts: Sequence[SentPart],
        size_bytes: int,
        checksum: Checksum | None,
    ) -> None:
        said = {
            **fields.of_place(target),
            **fields.of_whole_checksum(checksum),
            **fields.of_guard(self._options),
            **fields.of_size(size_bytes, self._options),
            "UploadId": multipart,
        }
        document = part_list.document(parts)
        answer: Mapping[str, Any]
        with outcomes("CompleteMultipartUpload"):
            try:
                answer = await self._asking("CompleteMultipartUpload", said, document=document)
            except Elsewhere:
                answer = await self._once.complete_multipart_upload(
                    **said, **part_list.of_document(document)
                )
        if not answer.get("ETag"):
            raise OutcomeUnknown("CompleteMultipartUpload: answered without an ETag")

    async def put_object(self, target: ObjectTarget, *, source: PartSource) -> StoredObject | None:
        """The object as HEAD shows it right after; None where it has not been looked at yet."""
        said = {
            **fields.of_new_object(target),
            **fields.of_checksum(source.checksum),
            **fields.of_guard(self._options),
        }
        with outcomes("PutObject"):
            try:
                return await self._putting(target, said=said, source=source)
            except Elsewhere:
                answer = await self._once.put_object(**said, **of_body(source))
        if not answer.get("ETag"):
            raise OutcomeUnknown("PutObject: answered without an ETag")
        return None

    async def copy_object(self, target: ObjectTarget, *, source_key: str, etag: str) -> None:
        """Copy within the bucket, only while the source is what it was; 5 GiB at most.

        https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
        """
        with outcomes("CopyObject"), _of_source():
            answer = await self._once.copy_object(
                **fields.of_new_object(target),
                **fields.of_source(target.bucket, source_key, etag),
                MetadataDirective="REPLACE",
            )
        if not answer.get("CopyObjectResult", {}).get("ETag"):
            raise OutcomeUnknown("CopyObject: answered without an ETag")

    async def copy_part(
        self,
        target: ObjectTarget,
        *,
        multipart: MultipartId,
        number: int,
        source_key: str,
        etag: str,
        first_byte: int,
        last_byte: int,
    ) -> SentPart:
        """https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html"""
        with outcomes("UploadPartCopy"), _of_source():
            answer = await self._repeating.upload_part_copy(
                **fields.of_place(target),
                **fields.of_source(target.bucket, source_key, etag),
                CopySourceRange=f"bytes={first_byte}-{last_byte}",
                UploadId=multipart,
                PartNumber=number,
            )
        copied = answer.get("CopyPartResult", {}).get("ETag")
        if not copied:
            raise OutcomeUnknown("UploadPartCopy: answered without an ETag")
        return SentPart(
            number=number, size_bytes=last_byte - first_byte + 1, etag=copied, checksum=None
        )

    async def head(self, target: ObjectTarget) -> StoredObject | None:
        with outcomes("HeadObject"):
            with suppress(NotSeen):
                return await self._looking(target)
            try:
                answer = await self._repeating.head_object(**fields.of_look(target))
            except ClientError as error:
                if status_of(error) == 404:
                    return None
                raise
        return fields.object_in(answer)

    async def read_start(self, target: ObjectTarget, *, etag: str, most_bytes: int) -> bytes:
        """The object's first bytes; `SourceChanged` where it is no longer what it was found to be.

        https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
        """
        with outcomes("GetObject"), _of_source():
            try:
                answer = await self._repeating.get_object(
                    **fields.of_place(target), IfMatch=etag, Range=f"bytes=0-{most_bytes - 1}"
                )
            except ClientError as error:
                if status_of(error) == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                    return b""  # of an empty object there is no range
                raise
            async with answer["Body"] as body:
                return await body.read()

    async def abort_multipart(self, target: ObjectTarget, multipart: MultipartId) -> None:
        with suppress(MultipartGone), outcomes("AbortMultipartUpload"):
            await self._repeating.abort_multipart_upload(
                **fields.of_place(target), UploadId=multipart
            )

    async def list_parts(
        self, target: ObjectTarget, multipart: MultipartId
    ) -> list[SentPart] | None:
        """Return all parts that the store holds, or None for NoSuchUpload."""
        pages = self._repeating.get_paginator("list_parts").paginate(
            **fields.of_place(target), UploadId=multipart
        )
        try:
            with outcomes("ListParts"):
                return [
                    fields.part_in(part) async for page in pages for part in page.get("Parts", [])
                ]
        except MultipartGone:
            return None

    async def list_multiparts(self, target: ObjectTarget) -> list[MultipartId]:
        """Return the open multipart uploads of exactly this key, not of keys that begin with it."""
        pages = self._repeating.get_paginator("list_multipart_uploads").paginate(
            Bucket=target.bucket, Prefix=target.key
        )
        with outcomes("ListMultipartUploads"):
            return [
                MultipartId(upload["UploadId"])
                async for page in pages
                for upload in page.get("Uploads", [])
                if upload["Key"] == target.key
            ]

    async def delete(self, target: ObjectTarget) -> None:
        with outcomes("DeleteObject"):
            await self._repeating.delete_object(**fields.of_place(target))

    async def ping(self, bucket: str) -> None:
        """Raise `StoreRefused` or `OutcomeUnknown` unless the bucket is there and ours to use."""
        with outcomes("HeadBucket"):
            await self._once.head_bucket(Bucket=bucket)

    async def aborts_after(self, bucket: str) -> timedelta | None:
        """After how long the bucket itself aborts multipart uploads; None where it never does.

        https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLifecycleConfiguration.html
        """
        with outcomes("GetBucketLifecycleConfiguration"):
            try:
                answer = await self._once.get_bucket_lifecycle_configuration(Bucket=bucket)
            except ClientError as error:
                if status_of(error) == HTTPStatus.NOT_FOUND:
                    return None
                raise
        days = [
            rule["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"]
            for rule in answer.get("Rules", [])
            if rule.get("Status") == "Enabled" and "AbortIncompleteMultipartUpload" in rule
        ]
        return timedelta(days=min(days)) if days else None
