"""Numbered chunks: begin, chunks in any order over all connections, complete.

`NumberedChunks` is what this service recommends; `OldForms` are the calls of the old way, which
both it and this service take.
"""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from benchmarks.client.connection import Connection, Reply
from benchmarks.client.forms import form
from benchmarks.client.source import Span, spans
from benchmarks.client.ways import Job, Sent, shared
from chunk_service.domain.checksums import Algorithm

_JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class NumberedChunks:
    """`digest`: sent with each chunk, to be verified. `as_form`: as forms, not as bare bytes."""

    token: str
    digest: Algorithm = Algorithm.CRC64NVME
    as_form: bool = False

    def send(self, job: Job, lines: Sequence[Connection]) -> Sent:
        sent = Sent(job.size_bytes)
        upload = self.begin(lines[0], job)
        chunks = enumerate(spans(job.size_bytes, job.chunk_bytes))
        shared(
            chunks, lines, lambda line, chunk: sent.noting(lambda: self._chunk(line, upload, chunk))
        )
        sent.completing_seconds = _complete(lines[0], self.token, job, upload)
        return sent

    def begin(self, line: Connection, job: Job) -> str:
        """Return the upload's id."""
        declared = {"total_size": job.size_bytes, "chunk_size": job.chunk_bytes}
        return _begin(line, self.token, job, declared)

    def first_chunk(self, line: Connection, upload: str, size_bytes: int) -> Reply:
        return self._chunk(line, upload, (0, Span(0, size_bytes)))

    def _chunk(self, line: Connection, upload: str, chunk: tuple[int, Span]) -> Reply:
        index, span = chunk
        checksum = line.source.checksum(span, self.digest)
        if self.as_form:
            fields = {"chunk_checksum": str(checksum)}
            return _form_chunk(line, self.token, upload, chunk, fields)
        headers = {
            **_bearer(self.token),
            "Content-Type": "application/octet-stream",
            f"X-Amz-Checksum-{self.digest.capitalize()}": checksum.base64,
        }
        return line.call("PUT", f"/upload/{upload}/chunks/{index}", headers, [span])


@dataclass(frozen=True, slots=True)
class OldForms:
    """Nothing is declared, nothing is digested."""

    token: str

    def send(self, job: Job, lines: Sequence[Connection]) -> Sent:
        sent = Sent(job.size_bytes)
        upload = _begin(lines[0], self.token, job, {})
        chunks = zip(count(), spans(job.size_bytes, job.chunk_bytes), strict=False)
        shared(
            chunks,
            lines,
            lambda line, chunk: sent.noting(
                lambda: _form_chunk(line, self.token, upload, chunk, {})
            ),
        )
        sent.completing_seconds = _complete(lines[0], self.token, job, upload)
        return sent


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _begin(line: Connection, token: str, job: Job, declared: Mapping[str, int]) -> str:
    told = {"main_service_file_id": job.number, "original_file_name": f"{job.number}.bin"}
    body = json.dumps({**told, **declared}).encode()
    reply = line.call("POST", "/upload/init", {**_bearer(token), **_JSON}, [body])
    return str(reply.json["data"]["upload_session_id"])


def _form_chunk(
    line: Connection,
    token: str,
    upload: str,
    chunk: tuple[int, Span],
    more: Mapping[str, str],
) -> Reply:
    index, span = chunk
    fields = {"upload_session_id": upload, "chunk_index": str(index), **more}
    content_type, body = form(fields, "chunk", span)
    return line.call("POST", "/upload/chunk", {**_bearer(token), **content_type}, body)


def _complete(line: Connection, token: str, job: Job, upload: str) -> float:
    """Return how long it took."""
    told = {
        "upload_session_id": upload,
        "total_chunks": -(-job.size_bytes // job.chunk_bytes),
        "main_service_file_id": job.number,
    }
    began = time.monotonic()
    line.call("POST", "/upload/complete", {**_bearer(token), **_JSON}, [json.dumps(told).encode()])
    return time.monotonic() - began
