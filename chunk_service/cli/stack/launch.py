"""Run by path in a fresh interpreter: become another user, tie the life to the parent's, exec.

Usage: launch.py PARENT_PID DEATH_SIGNAL UID GID PROGRAM [ARGUMENT ...]   (UID -1: stay who we are)

A file of its own because this must happen between fork and exec, where Python code of a process
with threads is not safe to run. Only the standard library, nothing of the project.
"""

import ctypes
import os
import sys

_PR_SET_PDEATHSIG = 1


def _follow_parent(parent_pid: int, death_signal: int) -> None:
    """Linux only: elsewhere a parent that is killed outright leaves the child running."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, death_signal)
        if os.getppid() != parent_pid:
            sys.exit("the parent died first")


def _become(uid: int, gid: int) -> None:
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)


def main() -> None:
    """Never returns: the process becomes the program."""
    parent_pid, death_signal, uid, gid = (int(word) for word in sys.argv[1:5])
    program = sys.argv[5:]
    _become(uid, gid)
    _follow_parent(parent_pid, death_signal)
    os.execv(program[0], program)  # noqa: S606 - the command line of our parent


if __name__ == "__main__":
    main()
