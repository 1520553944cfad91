"""A child process of the development stack, and how it ends.

In a session of its own, so that Ctrl-C in the terminal reaches only us and we stop the parts in
our order; and tied to the thread that started it, so that nothing is left when we are killed
(start children from a thread that lives as long as they should: the main one).
"""

import dataclasses
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from chunk_service.cli.stack.errors import StackError

_LAUNCHER = Path(__file__).with_name("launch.py")
_POLL_SECONDS = 0.01
_LOG_TAIL_LINES = 15


@dataclasses.dataclass(frozen=True, slots=True)
class User:
    """Whom a child runs as."""

    uid: int
    gid: int


def command_line(
    command: Sequence[str | Path], *, user: User | None, death_signal: signal.Signals
) -> list[str]:
    """The command wrapped in the launcher that ties it to us."""
    who = user or User(uid=-1, gid=-1)
    numbers = (os.getpid(), death_signal.value, who.uid, who.gid)
    launcher = [sys.executable, "-I", "-S", str(_LAUNCHER)]
    return [*launcher, *map(str, numbers), *map(str, command)]


class Child:
    """A started process; its output goes to a log file that is begun anew at each start."""

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        log: Path,
        stop_signal: signal.Signals = signal.SIGTERM,
        user: User | None = None,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        pass_fds: Sequence[int] = (),
    ) -> None:
        self.name = name
        self.log = log
        self._stop_signal = stop_signal
        with log.open("wb") as output:
            self._process = subprocess.Popen(  # noqa: S603 - our own command line
                command_line(command, user=user, death_signal=stop_signal),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=env,
                cwd=cwd,
                pass_fds=pass_fds,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        return self._process.poll()

    def must_be_running(self) -> None:
        """StackError when it has ended by itself."""
        if self.exit_code is not None:
            raise StackError(self._explain(f"ended with code {self.exit_code}"))

    def wait_until(self, ready: Callable[[], bool], *, timeout_seconds: float = 30) -> None:
        """Return once `ready()` holds. On any failure the child is stopped and the log quoted."""
        deadline = time.monotonic() + timeout_seconds
        try:
            while not ready():
                self.must_be_running()
                if time.monotonic() > deadline:
                    raise StackError(self._explain(f"was not ready in {timeout_seconds:g} s"))
                time.sleep(_POLL_SECONDS)
        except BaseException:
            self.stop()
            raise

    def stop(self, *, timeout_seconds: float = 30) -> None:
        """Ask it to end, wait, and kill it when it does not; harmless when it has ended."""
        if self._process.poll() is None:
            self._process.send_signal(self._stop_signal)
        try:
            self._process.wait(timeout_seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def kill(self) -> None:
        """End it as a crash would."""
        self._process.kill()
        self._process.wait()

    def _explain(self, what: str) -> str:
        tail = self.log.read_text(errors="replace").splitlines()[-_LOG_TAIL_LINES:]
        return "\n".join([f"{self.name} {what}; the end of {self.log}:", *tail])
