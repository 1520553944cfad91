"""Blocks for the shell, pasted one after the other into one shell, as a reader would."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

_MARK = "--- the next block ---"
_LIMIT_SECONDS = 100


def paste(
    blocks: Sequence[str], *, folder: Path, variables: Mapping[str, str] | None = None
) -> list[str]:
    """What each block printed. The first command that fails, or any word on stderr, is an error."""
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
        output, errors = shell.communicate(
            f"\necho '{_MARK}'\n".join(blocks), timeout=_LIMIT_SECONDS
        )
    finally:
        _end_all(shell)
    assert (shell.returncode, errors) == (0, ""), output + errors
    return output.split(f"{_MARK}\n")


def _environment(folder: Path) -> dict[str, str]:
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": programs, "XDG_STATE_HOME": str(folder / "state")}


def _end_all(shell: subprocess.Popen[str]) -> None:
    """With what a block left running in the background, where a later one failed."""
    with suppress(ProcessLookupError):
        os.killpg(shell.pid, signal.SIGTERM)
    shell.wait()
