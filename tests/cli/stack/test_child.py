"""Children end with their parent, not with its terminal, and a failed start says why."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from chunk_service.cli.stack.child import Child
from chunk_service.cli.stack.errors import StackError

_ROOT = Path(__file__).parents[3]
_PARENT = """
import sys
from pathlib import Path
from chunk_service.cli.stack.child import Child
Child("sleeper", ["/bin/sleep", "60"], log=Path(sys.argv[1]), pass_fds=[int(sys.argv[2])])
print("started", flush=True)
sys.stdin.read()
"""


def test_a_killed_parent_takes_its_children_along(tmp_path: Path) -> None:
    ours, theirs = os.pipe()
    with subprocess.Popen(
        [sys.executable, "-c", _PARENT, str(tmp_path / "log"), str(theirs)],
        cwd=_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        pass_fds=[theirs],
    ) as parent:
        os.close(theirs)
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"started\n"
        parent.kill()
        # the pipe ends when the last process that holds its other end is gone
        assert os.read(ours, 1) == b""
    os.close(ours)


def test_a_child_is_out_of_reach_of_the_terminal(tmp_path: Path) -> None:
    child = Child("sleeper", ["/bin/sleep", "60"], log=tmp_path / "log")
    assert os.getpgid(child.pid) == child.pid != os.getpgrp()
    child.stop()
    assert child.exit_code == -signal.SIGTERM


def test_one_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    deaf = ["/bin/sh", "-c", f"trap '' TERM; touch {ready}; while :; do sleep .01; done"]
    child = Child("deaf", deaf, log=tmp_path / "log")
    child.wait_until(ready.exists)
    child.stop(timeout_seconds=0.05)
    assert child.exit_code == -signal.SIGKILL


def test_a_failed_start_quotes_the_log(tmp_path: Path) -> None:
    child = Child("it", ["/bin/sh", "-c", "echo no luck; exit 3"], log=tmp_path / "log")
    with pytest.raises(StackError, match=r"it ended with code 3(.|\n)*no luck"):
        child.wait_until(lambda: False)


def test_a_start_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    child = Child("it", ["/bin/sleep", "60"], log=tmp_path / "log")
    with pytest.raises(StackError, match=r"was not ready in 0\.05 s"):
        child.wait_until(lambda: False, timeout_seconds=0.05)
    assert child.exit_code == -signal.SIGTERM
