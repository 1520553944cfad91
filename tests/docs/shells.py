"""Blocks for the shell, pasted one after the other into one shell, as a reader would."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

_MARK = "--- the next block ---"
_LIMIT_SECONDS = 200


def paste(
    blocks: Sequence[str], *, folder: Path, variables: Mapping[str, str] | None = None
) -> list[str]:
    """What each block printed. The first command that fails, or any word on stderr, is an error."""
    with pasted(blocks, folder=folder, variables=variables) as outputs:
        return outputs


@contextmanager
def pasted(
    blocks: Sequence[str], *, folder: Path, variables: Mapping[str, str] | None = None
) -> Iterator[list[str]]:
    """The same, while what the blocks began in the background goes on inside the block."""
    shell = subprocess.Popen(
        ["sh", "-eu"],
        cwd=folder,
        env={**_environment(folder), **(variables or {})},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        script = f"\necho '{_MARK}'\n".join(blocks)
        output, errors = shell.communicate(script, timeout=_LIMIT_SECONDS)
        assert (shell.returncode, errors) == (0, ""), output + errors
        yield output.split(f"{_MARK}\n")
    finally:
        _end_all(shell)


def _environment(folder: Path) -> dict[str, str]:
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": programs, "XDG_STATE_HOME": str(folder / "state")}


def _end_all(shell: subprocess.Popen[str]) -> None:
    """With what a block left running in the background."""
    with suppress(ProcessLookupError):
        os.killpg(shell.pid, signal.SIGTERM)
    shell.wait()
