"""The data folder of the embedded PostgreSQL: making it, reopening it after a crash.

    <data_dir>/password       of the superuser, random, mode 600
    <data_dir>/cluster/       what PostgreSQL calls its data directory
    <data_dir>/cluster.new/   an initdb that has not finished; begun anew at the next start

A password rather than `trust`: on a machine with several users, everyone can connect to a
loopback port, and a superuser of PostgreSQL runs programs as the user of the server.
"""

import dataclasses
import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chunk_service.cli.stack.child import User, command_line
from chunk_service.cli.stack.errors import StackError
from chunk_service.cli.stack.postgres_programs import PostgresPrograms
from chunk_service.cli.stack.secret_files import write_secret

SUPERUSER = "chunk_service"
_ORPHAN_GRACE_SECONDS = 30
_POLL_SECONDS = 0.02


@dataclasses.dataclass(frozen=True, slots=True)
class Reached:
    """A path as the server's user sees it, and the descriptor that makes it so."""

    path: str
    fd: int


@contextmanager
def reached(path: Path) -> Iterator[Reached]:
    """Opened by us and passed on: the child needs no permission on the folders above it."""
    fd = os.open(path, os.O_RDONLY)
    try:
        yield Reached(f"/proc/self/fd/{fd}", fd) if os.geteuid() == 0 else Reached(str(path), fd)
    finally:
        os.close(fd)


@dataclasses.dataclass(frozen=True, slots=True)
class Cluster:
    """The files of one embedded server."""

    data_dir: Path

    @property
    def folder(self) -> Path:
        return self.data_dir / "cluster"

    @property
    def password(self) -> str:
        return self._password_file.read_text()

    @property
    def _password_file(self) -> Path:
        return self.data_dir / "password"

    def prepare(self, programs: PostgresPrograms, *, durable: bool) -> None:
        """Make the cluster unless it is there; clear away what a killed server left."""
        self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self.folder.exists():
            self._initialise(programs, durable=durable)
        if not self._password_file.exists():
            raise StackError(f"{self._password_file} is gone, and its PostgreSQL cannot be entered")
        self._forget_dead_server()

    def _initialise(self, programs: PostgresPrograms, *, durable: bool) -> None:
        unfinished = self.data_dir / "cluster.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        write_secret(self._password_file, secrets.token_urlsafe(24))
        for path in (unfinished, self._password_file):
            _give(path, programs.user)
        self._initdb(programs, unfinished, durable=durable)
        unfinished.rename(self.folder)

    def _initdb(self, programs: PostgresPrograms, folder: Path, *, durable: bool) -> None:
        with reached(folder) as data, reached(self._password_file) as password:
            command: list[str | Path] = [
                programs.folder / "initdb",
                f"--pgdata={data.path}",
                f"--pwfile={password.path}",
                f"--username={SUPERUSER}",
                "--auth=scram-sha-256",
                "--locale=C.UTF-8",
                "--encoding=UTF8",
                # stretching protects passwords that can be guessed; this one is random
                "--set=scram_iterations=1",
                *([] if durable else ["--no-sync"]),
            ]
            result = subprocess.run(  # noqa: S603 - our own command line
                command_line(command, user=programs.user, death_signal=signal.SIGTERM),
                pass_fds=(data.fd, password.fd),
                capture_output=True,
                text=True,
                check=False,
            )
        if result.returncode:
            raise StackError(f"initdb failed: {result.stderr or result.stdout}")

    def _forget_dead_server(self) -> None:
        """A pid file proves nothing: its number may be another process's by now."""
        pid_file = self.folder / "postmaster.pid"
        deadline = time.monotonic() + _ORPHAN_GRACE_SECONDS
        while (pid := _first_number(pid_file)) is not None and _works_in(pid, self.folder):
            if time.monotonic() > deadline:
                raise StackError(f"another PostgreSQL (process {pid}) is running on {self.folder}")
            time.sleep(_POLL_SECONDS)
        pid_file.unlink(missing_ok=True)


def _give(path: Path, user: User | None) -> None:
    if user is not None:
        os.chown(path, user.uid, user.gid)


def _first_number(pid_file: Path) -> int | None:
    try:
        return int(pid_file.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def _works_in(pid: int, folder: Path) -> bool:
    """A server's working directory is its cluster for as long as it lives."""
    try:
        return Path(f"/proc/{pid}/cwd").samefile(folder)
    except OSError:
        return False
