"""Threads like the spool's own, and a look at what a test leaves open or running."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

FILE_HANDLES = Path("/proc/self/fd")


@pytest.fixture
def executor() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2, thread_name_prefix="spool") as threads:
        yield threads


@pytest.fixture
def no_handle_left(tmp_path: Path) -> Iterator[None]:
    """Fails the test that leaves a file of its folder open."""
    yield
    targets = [handle.readlink() for handle in FILE_HANDLES.iterdir() if handle.is_symlink()]
    assert [target for target in targets if target.is_relative_to(tmp_path)] == []
