"""The service itself in the development stack: a real process, configured as anywhere else.

It gets its settings by environment variables only: our own environment is not passed on, and its
working directory is elsewhere, so that no `.env` of the checkout gets in.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx

from chunk_service.cli.stack.child import Child
from chunk_service.cli.stack.errors import StackError

_PASSED_ON = ("PATH", "PYTHONPATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR")
_PROGRAM = (sys.executable, "-m", "chunk_service")


def migrate(settings: Mapping[str, str], *, folder: Path) -> None:
    """Bring the database to the newest schema."""
    result = subprocess.run(  # noqa: S603 - our own command line
        [*_PROGRAM, "migrate", "up"],
        env=_environment(settings),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise StackError(f"the migrations failed:\n{result.stderr or result.stdout}")


def start_service(settings: Mapping[str, str], *, folder: Path) -> Child:
    """Serve until stopped; returns once it is ready. Logs go to `service.log` in the folder."""
    child = Child(
        "the service",
        [*_PROGRAM, "serve"],
        log=folder / "service.log",
        env=_environment(settings),
        cwd=folder,
    )
    url = f"http://{settings['HOST']}:{settings['PORT']}/health/ready"
    child.wait_until(lambda: _is_ready(url))
    return child


def _environment(settings: Mapping[str, str]) -> dict[str, str]:
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {**passed_on, **settings}


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).is_success
    except httpx.TransportError:
        return False
