"""One request and what is made of it, in the steps between which faults can come.

receive: the body is read. apply: the operation is carried out, at once and whole. send: the peer
is told. A fault is a coroutine that takes the exchange through these steps, or not.
"""

import asyncio
from collections.abc import Callable, Mapping

from tests.doubles.http import Answer, Head, read_body, send
from tests.doubles.listener import reset
from tests.doubles.s3 import buckets, copies, listings, objects, uploads
from tests.doubles.s3.blobs import Blob, Shelf
from tests.doubles.s3.errors import S3Error
from tests.doubles.s3.ledger import Entry, Ledger
from tests.doubles.s3.records import Holdings
from tests.doubles.s3.requests import Request, address_of, check_signed

Operation = Callable[[Holdings, Request], Answer]

OPERATIONS: Mapping[str, Operation] = {
    "AbortMultipartUpload": uploads.abort_multipart_upload,
    "CompleteMultipartUpload": uploads.complete_multipart_upload,
    "CopyObject": copies.copy_object,
    "CreateBucket": buckets.create_bucket,
    "CreateMultipartUpload": uploads.create_multipart_upload,
    "DeleteBucket": buckets.delete_bucket,
    "DeleteObject": objects.delete_object,
    "GetBucketLifecycleConfiguration": buckets.get_lifecycle,
    "GetObject": objects.get_object,
    "HeadBucket": buckets.head_bucket,
    "HeadObject": objects.head_object,
    "ListMultipartUploads": listings.list_multipart_uploads,
    "ListObjectsV2": listings.list_objects,
    "ListParts": listings.list_parts,
    "PutBucketLifecycleConfiguration": buckets.put_lifecycle,
    "PutObject": objects.put_object,
    "UploadPart": uploads.upload_part,
    "UploadPartCopy": copies.upload_part_copy,
}
_CARRIES_BYTES = frozenset({"PutObject", "UploadPart"})
_CREATES = frozenset({"PutObject", "CompleteMultipartUpload", "CopyObject"})


class Exchange:
    def __init__(
        self,
        head: Head,
        streams: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        *,
        holdings: Holdings,
        ledger: Ledger,
        late: list[Callable[[], Answer]],
        access_key: str | None,
    ) -> None:
        self.head = head
        self.address = address_of(head)
        self.holdings = holdings
        self.late = late
        self.is_over = False
        self._reader, self._writer = streams
        self._ledger = ledger
        self._access_key = access_key
        self._body: Blob | None = None
        self.entry: Entry = ledger.begin(self.address)

    async def receive(self) -> None:
        if self._body is not None:
            return
        carries = self.address.operation in _CARRIES_BYTES
        writer = (self.holdings.shelf if carries else Shelf()).writer()
        try:
            async for piece in read_body(self.head, self._reader, self._writer):
                writer.update(piece)
        except BaseException:
            writer.discard()
            raise
        self._body = writer.finish()

    def apply(self) -> Answer:
        """Carry the operation out; to be called when the body is here."""
        assert self._body is not None
        try:
            check_signed(self.head, self._access_key)
            operation = OPERATIONS.get(self.address.operation)
            if operation is None:
                raise S3Error("NotImplemented", "This double has no such operation.")
            request = Request(self.address, self.head.query, self.head.headers, self._body)
            answer = operation(self.holdings, request)
        except S3Error as error:
            self._body.drop()
            answer = self.refused(error)
        else:
            self.entry.result = str(answer.status)
            if self.address.operation in _CREATES:
                self._ledger.creations[self.address.bucket, self.address.key] += 1
        return answer

    def refused(self, error: S3Error, *, status: int | None = None) -> Answer:
        answer = error.answer(status=status)
        self.entry.result = f"{answer.status} {error.code}"
        return answer

    async def serve(self) -> Answer:
        await self.receive()
        return self.apply()

    async def send(self, answer: Answer) -> None:
        await send(answer, self.head.method, self._writer)

    def note(self, what: str) -> None:
        self.entry.result += f", {what}"

    def reset(self) -> None:
        """End the connection by RST: what was written may not arrive."""
        self.is_over = True
        reset(self._writer)

    def close(self) -> None:
        """End the connection by FIN."""
        self.is_over = True
        self._writer.close()
