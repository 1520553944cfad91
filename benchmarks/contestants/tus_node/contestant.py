"""tus-node-server, installed by npm; NODE=path names another node than that on the PATH.

Its S3 store has no concatenation: over four connections it is sent four files of a quarter each.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.client.tus import Tus
from benchmarks.contestants.contestant import (
    BUCKET,
    Group,
    Kind,
    LeftOut,
    Place,
    Running,
    aws_environment,
)
from benchmarks.contestants.names import TUS_NODE
from benchmarks.contestants.programs import run, server
from chunk_service.cli.stack.ports import LOOPBACK, free_port

_HERE = Path(__file__).parent
_PATH = "/files"


class TusNode:
    name = TUS_NODE
    group = Group.SLOW_PEER

    def __init__(self) -> None:
        self._folder = Path()
        self._node = os.environ.get("NODE", "node")
        self._version = ""

    @property
    def description(self) -> str:
        return (
            f"@tus/server 2.4.5 with @tus/s3-store 2.0.7 on node {self._version}, parts of 8 MiB, "
            "no checksums of its own; no concatenation, so four connections send four files"
        )

    def prepare(self, workshop: Path) -> None:
        if shutil.which(self._node) is None or shutil.which("npm") is None:
            raise LeftOut("there is no node with npm")
        self._folder = workshop / "tus-node"
        self._folder.mkdir(exist_ok=True)
        for name in ("package.json", "server.mjs"):
            shutil.copy(_HERE / name, self._folder)
        if not (self._folder / "node_modules").exists():
            run(["npm", "install", "--no-audit", "--no-fund"], folder=self._folder)
        self._version = run([self._node, "--version"], folder=workshop)

    @contextmanager
    def running(self, place: Place) -> Iterator[Running]:
        port = free_port()
        told = {"PORT": str(port), "S3_BUCKET_NAME": BUCKET, "S3_ENDPOINT_URL": place.store_url}
        temporary = {"TMPDIR": str(place.folder)}
        command = (shutil.which(self._node) or self._node, self._folder / "server.mjs")
        env = aws_environment() | told | temporary
        with server(self.name, command, port=port, folder=place.folder, env=env) as child:
            in_parts = Tus(_PATH, concatenation=False)
            at_once = Tus(_PATH, concatenation=False, with_upload=True)
            ways = {Kind.CHUNKS: in_parts, Kind.ONE_REQUEST: at_once}
            yield Running(f"http://{LOOPBACK}:{port}", child.pid, ways)
