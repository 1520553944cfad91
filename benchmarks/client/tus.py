"""tus 1.0: creation and PATCH; over several connections by concatenation, where there is such.

Where there is not, each connection sends a file of its own, of its share of the bytes.
https://tus.io/protocols/resumable-upload
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from benchmarks.client.connection import Connection
from benchmarks.client.source import Span, spans
from benchmarks.client.ways import Job, Sent, shared

_VERSION = {"Tus-Resumable": "1.0.0"}
_BYTES = {"Content-Type": "application/offset+octet-stream"}


@dataclass(frozen=True, slots=True)
class Tus:
    """`with_upload`: a file comes along with its creation, in one request."""

    path: str
    concatenation: bool
    with_upload: bool = False

    def send(self, job: Job, lines: Sequence[Connection]) -> Sent:
        if self.with_upload:
            return self._at_once(job, lines[0])
        if len(lines) == 1:
            sent = Sent(job.size_bytes)
            self._one(lines[0], Span(0, job.size_bytes), job, sent, {})
            return sent
        return self._several(job, lines)

    def _at_once(self, job: Job, line: Connection) -> Sent:
        sent = Sent(job.size_bytes)
        headers = {**_VERSION, **_BYTES, "Upload-Length": str(job.size_bytes)}
        span = Span(0, job.size_bytes)
        sent.noting(lambda: line.call("POST", self.path, headers, [span]))
        return sent

    def _several(self, job: Job, lines: Sequence[Connection]) -> Sent:
        shares = list(spans(job.size_bytes, job.size_bytes // len(lines)))
        sent = Sent(job.size_bytes)
        concat = {"Upload-Concat": "partial"} if self.concatenation else {}
        places: dict[int, str] = {}

        def one(line: Connection, share: Span) -> None:
            places[share.offset] = self._one(line, share, job, sent, concat)

        shared(shares, lines, one)
        if self.concatenation:
            final = " ".join(places[share.offset] for share in shares)
            began = time.monotonic()
            lines[0].call("POST", self.path, {**_VERSION, "Upload-Concat": f"final;{final}"})
            sent.completing_seconds = time.monotonic() - began
        else:
            sent.object_bytes, sent.objects = shares[0].size_bytes, len(shares)
        return sent

    def _one(
        self, line: Connection, share: Span, job: Job, sent: Sent, concat: Mapping[str, str]
    ) -> str:
        """Return the path of the upload that was made of this share."""
        headers = {**_VERSION, **concat, "Upload-Length": str(share.size_bytes)}
        place = urlsplit(line.call("POST", self.path, headers).headers["location"]).path
        for span in spans(share.size_bytes, job.chunk_bytes):
            self._patch(line, place, share.offset, span, sent)
        return place

    def _patch(self, line: Connection, place: str, base: int, span: Span, sent: Sent) -> None:
        headers = {**_VERSION, **_BYTES, "Upload-Offset": str(span.offset)}
        there = Span(base + span.offset, span.size_bytes)
        sent.noting(lambda: line.call("PATCH", place, headers, [there]))
