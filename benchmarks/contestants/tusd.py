"""tusd, the reference server of tus: a binary by TUSD=path, or built from TUSD_SRC=path."""

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
from benchmarks.contestants.names import TUSD, TUSD_TUNED
from benchmarks.contestants.programs import run, server
from chunk_service.cli.stack.ports import LOOPBACK, free_port

_TUNED = ("-s3-disable-content-hashes", "-s3-part-size", "8388608", "-s3-disable-ssl")
_PATH = "/files/"


class Tusd:
    group = Group.PEER

    def __init__(self, *, tuned: bool) -> None:
        self.name = TUSD_TUNED if tuned else TUSD
        self._flags = _TUNED if tuned else ()
        self._program = Path()
        self._version = ""

    @property
    def description(self) -> str:
        flags = f"`{' '.join(self._flags)}`" if self._flags else "its defaults"
        return f"tusd ({self._version}), {flags}; no tokens, nothing is synced"

    def prepare(self, workshop: Path) -> None:
        self._program = _program(workshop)
        self._version = _version(self._program)

    @contextmanager
    def running(self, place: Place) -> Iterator[Running]:
        port = free_port()
        where = ["-host", LOOPBACK, "-port", str(port), "-base-path", _PATH]
        store = ["-s3-bucket", BUCKET, "-s3-endpoint", place.store_url]
        command = [self._program, *where, *store, *self._flags]
        env = aws_environment()
        with server(self.name, command, port=port, folder=place.folder, env=env) as child:
            in_parts = Tus(_PATH, concatenation=True)
            at_once = Tus(_PATH, concatenation=True, with_upload=True)
            ways = {Kind.CHUNKS: in_parts, Kind.ONE_REQUEST: at_once}
            yield Running(f"http://{LOOPBACK}:{port}", child.pid, ways)


def _program(workshop: Path) -> Path:
    if "TUSD" in os.environ:
        return Path(os.environ["TUSD"]).absolute()
    if "TUSD_SRC" not in os.environ:
        raise LeftOut("neither TUSD (a binary) nor TUSD_SRC (a source tree) is set")
    if shutil.which("go") is None:
        raise LeftOut("TUSD_SRC is set, and there is no go to build it with")
    program = workshop / "tusd"
    run(["go", "build", "-o", program, "./cmd/tusd"], folder=Path(os.environ["TUSD_SRC"]))
    return program


def _version(program: Path) -> str:
    """A program that was built from a source tree doesn't know; the tree may."""
    told = run([program, "-version"], folder=program.parent).splitlines()[0]
    if "TUSD_SRC" not in os.environ or "n/a" not in told:
        return told
    try:
        tree = Path(os.environ["TUSD_SRC"]).absolute()
        return run(["git", "--git-dir", tree / ".git", "describe", "--always"], folder=tree)
    except LeftOut:
        return told
