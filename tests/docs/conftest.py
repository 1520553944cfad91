"""The development stack that the documents' blocks for the shell are pasted beside."""

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from chunk_service.cli.stack.child import Child

_START_SECONDS = 60


@pytest.fixture(scope="session")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder where `chunk-service run` runs, as `make run` starts it."""
    folder = tmp_path_factory.mktemp("clone")
    stack = Child(
        "the stack",
        [sys.executable, "-m", "chunk_service", "run"],
        log=folder / "run.log",
        cwd=folder,
        stop_signal=signal.SIGINT,
    )
    stack.wait_until((folder / ".local" / "stack.json").exists, timeout_seconds=_START_SECONDS)
    yield folder
    stack.stop()
    assert stack.exit_code == 0
