"""Programs of the contestants: run to their end, or kept running until the block ends."""

import os
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.contestants.contestant import LeftOut
from chunk_service.cli.stack.child import Child
from chunk_service.cli.stack.ports import LOOPBACK

_PASSED_ON = ("PATH", "HOME", "LANG", "TMPDIR")
_TAIL_CHARACTERS = 1000


def environment(more: Mapping[str, str]) -> dict[str, str]:
    """Nothing of ours gets into a contestant but what every program needs."""
    return {name: os.environ[name] for name in _PASSED_ON if name in os.environ} | dict(more)


def run(command: Sequence[str | Path], *, folder: Path) -> str:
    """Return its output; LeftOut where it fails."""
    try:
        done = subprocess.run(  # noqa: S603 - our own command line
            [str(word) for word in command], cwd=folder, capture_output=True, text=True, check=False
        )
    except OSError as error:
        raise LeftOut(f"{command[0]} can't be run: {error}") from error
    if done.returncode:
        said = (done.stderr or done.stdout)[-_TAIL_CHARACTERS:]
        raise LeftOut(f"{' '.join(map(str, command))} failed: {said}")
    return done.stdout.strip()


@contextmanager
def server(
    name: str,
    command: Sequence[str | Path],
    *,
    port: int,
    folder: Path,
    env: Mapping[str, str],
) -> Iterator[Child]:
    """Runs inside the block, and listens when the block begins."""
    child = Child(name, command, log=folder / "server.log", env=environment(env), cwd=folder)
    child.wait_until(lambda: _listens(port), timeout_seconds=60)
    try:
        yield child
    finally:
        child.stop(timeout_seconds=5)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, port)) == 0
