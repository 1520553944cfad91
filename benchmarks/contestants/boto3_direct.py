"""boto3 straight to the store: the limit. Its uploads are made by a process of their own.

`python -m benchmarks.contestants.boto3_direct STORE FILE PORT` takes a PUT whose query names size
and chunk size; it stands for no relay, so there is no body: it sends the prepared file itself.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import get_ident
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config

from benchmarks.client.connection import Connection
from benchmarks.client.ways import Job, Sent
from benchmarks.contestants.contestant import BUCKET, Group, Kind, Place, Running, aws_environment
from benchmarks.contestants.names import BOTO3
from benchmarks.contestants.programs import server
from chunk_service.cli.stack.ports import LOOPBACK, free_port


class Boto3Direct:
    name = BOTO3
    group = Group.LIMIT
    description = f"boto3 {boto3.__version__}, `upload_file` straight to the store, bodies unsigned"

    def prepare(self, workshop: Path) -> None:
        """It is installed already."""

    @contextmanager
    def running(self, place: Place) -> Iterator[Running]:
        port = free_port()
        command = [sys.executable, "-m", __name__, place.store_url, place.folder, port]
        env = {**aws_environment(), "PYTHONPATH": str(Path(__file__).parents[2])}
        words = [str(word) for word in command]
        with server(self.name, words, port=port, folder=place.folder, env=env) as child:
            ways = {Kind.CHUNKS: _Asking()}
            yield Running(f"http://{LOOPBACK}:{port}", child.pid, ways)


@dataclass(frozen=True, slots=True)
class _Asking:
    """There is no last byte of a client here, so no time from it."""

    def send(self, job: Job, lines: Sequence[Connection]) -> Sent:
        told = f"size={job.size_bytes}&chunk={job.chunk_bytes}&connections={len(lines)}"
        lines[0].call("PUT", f"/{job.number}?{told}", {})
        return Sent(job.size_bytes)


class _Uploader(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    s3: ClassVar[Any]
    folder: ClassVar[Path]

    def do_PUT(self) -> None:
        address = urlsplit(self.path)
        told = {name: int(value) for name, value in parse_qsl(address.query)}
        path = self.folder / str(told["size"])
        if not path.exists():
            # By its name it is there as a whole, whoever else begins at the same moment.
            begun = path.with_suffix(f".{get_ident()}")
            with begun.open("wb") as file:
                file.truncate(told["size"])
            begun.rename(path)
        config = TransferConfig(
            multipart_threshold=8 * 1024**2,
            multipart_chunksize=max(5 * 1024**2, told["chunk"]),
            max_concurrency=told["connections"],
            use_threads=told["connections"] > 1,
        )
        self.s3.upload_file(str(path), BUCKET, address.path.lstrip("/"), Config=config)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """The figures say it all."""


def main() -> None:
    unsigned = Config(s3={"payload_signing_enabled": False})
    _Uploader.s3 = boto3.client("s3", endpoint_url=sys.argv[1], config=unsigned)
    _Uploader.folder = Path(sys.argv[2])
    ThreadingHTTPServer((LOOPBACK, int(sys.argv[3])), _Uploader).serve_forever()


if __name__ == "__main__":
    main()
