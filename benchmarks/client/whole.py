"""A whole file in one request to this service: bare bytes, or a form."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.client.connection import Connection, Reply
from benchmarks.client.forms import form
from benchmarks.client.source import Span
from benchmarks.client.ways import Job, Sent


@dataclass(frozen=True, slots=True)
class WholeFile:
    token: str
    as_form: bool = False

    def send(self, job: Job, lines: Sequence[Connection]) -> Sent:
        sent = Sent(job.size_bytes)
        sent.noting(lambda: self._whole(lines[0], job))
        return sent

    def _whole(self, line: Connection, job: Job) -> Reply:
        bearer = {"Authorization": f"Bearer {self.token}"}
        span = Span(0, job.size_bytes)
        if self.as_form:
            content_type, body = form({"main_service_file_id": str(job.number)}, "file", span)
            return line.call("POST", "/upload", {**bearer, **content_type}, body)
        headers = {**bearer, "Content-Type": "application/octet-stream"}
        return line.call("PUT", f"/files/{job.number}.bin", headers, [span])
