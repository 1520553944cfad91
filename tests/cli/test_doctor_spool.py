"""`doctor` names what is wrong with the spool: whose it is, where it lies, what its disk can do."""

import errno
import os
import shutil
import tempfile
import time
from pathlib import Path
from uuid import uuid4

import pytest

from tests.cli.operator import Operator
from tests.cli.site import Site


def test_the_spool_of_another_database_is_named(site: Site) -> None:
    (site.spool / "spool-id").write_text(f"{uuid4()}\n")
    assert site.faults() == {"spool.mark"}


def test_a_spool_that_does_not_sync_is_named(site: Site) -> None:
    assert site.faults(SPOOL_FSYNC="false") == {"spool.fsync"}


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="this system has no folder in memory")
def test_a_spool_in_memory_is_named(site: Site) -> None:
    folder = Path(tempfile.mkdtemp(dir="/dev/shm"))
    try:
        assert "spool.volume" in site.faults(LOCAL_TEMP_CHUNK_PATH=str(folder))
    finally:
        shutil.rmtree(folder)


def test_a_limit_beyond_the_disk_is_named(site: Site) -> None:
    assert "spool.room" in site.doubts(SPOOL_MAX_BYTES="1000TiB")


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="this system has no /proc")
def test_a_spool_that_nobody_can_write_to_is_named(site: Site) -> None:
    assert site.faults(LOCAL_TEMP_CHUNK_PATH="/proc") == {"spool.folder"}


def test_a_disk_that_is_full_is_named_as_such(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Disks that allocate late say it only when they are asked to sync."""

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("os.fsync", full)
    told = Operator("doctor", site.database_url, **site.settings()).says(code=1)
    assert "can't be written to: No space left" in told
    assert "Make room" in told
    assert list(site.spool.iterdir()) == []


def test_a_disk_that_syncs_slowly_is_named(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    sync = os.fsync

    def slowly(descriptor: int) -> None:
        time.sleep(0.06)
        sync(descriptor)

    monkeypatch.setattr("os.fsync", slowly)
    assert "spool.sync" in site.doubts()
