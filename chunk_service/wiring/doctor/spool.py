"""The spool: a folder of this database, on a disk of its own that keeps bytes and has room."""

import asyncio
import errno
import os
import shutil
import statistics
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Final
from uuid import uuid4

from chunk_service.adapters.postgres.database import open_database
from chunk_service.adapters.postgres.spools import SpoolRows
from chunk_service.adapters.spool.files import sync_folder
from chunk_service.adapters.spool.mark import SpoolIdentityError, read_spool_id
from chunk_service.domain.errors import DatabaseUnavailable
from chunk_service.domain.findings import Finding, doubtful, faulty, sound
from chunk_service.settings.model import Settings
from chunk_service.wiring.options import database_options, host_name

SYNCS: Final = 10
PROBE_BYTES: Final = 4096
SLOW_SYNC_SECONDS: Final = 0.05
IN_MEMORY: Final = frozenset({"tmpfs", "ramfs"})
TO_THE_SERVICE: Final = "Give it to the user that the service runs as."
WRITABLE: Final = {
    errno.ENOSPC: "Make room: no chunk is taken meanwhile.",
    errno.EDQUOT: "Raise the quota of the user that the service runs as.",
    errno.EROFS: "Mount it for writing; a disk that fails is mounted so.",
}
OF_A_CONTAINER: Final = frozenset({"overlay", "aufs"})


async def of_spool(settings: Settings) -> AsyncIterator[Finding]:
    folder = settings.local_temp_chunk_path
    if not folder.is_dir():
        advice = "`serve` makes it; see that it lies on a volume, then ask again."
        yield doubtful("spool.folder", f"{folder} does not exist yet", advice)
        return
    try:
        seconds = await asyncio.to_thread(_sync_seconds, folder)
    except OSError as error:
        said = f"{folder} can't be written to: {error.strerror}"
        yield faulty("spool.folder", said, WRITABLE.get(error.errno or 0, TO_THE_SERVICE))
        return
    yield sound("spool.folder", f"{folder} can be written to")
    yield _of_syncs(seconds)
    for finding in (*_of_volume(folder), *_of_room(settings)):
        yield finding
    yield await _of_mark(settings)
    if not settings.spool_fsync:
        advice = "Take SPOOL_FSYNC=false away: a power cut loses acknowledged chunks."
        yield faulty("spool.fsync", "acknowledges what is not on the disk yet", advice)


def _sync_seconds(folder: Path) -> float:
    """What a file of its own, synced with its folder, takes here: the median of some."""
    return statistics.median(_sync_once(folder) for _ in range(SYNCS))


def _sync_once(folder: Path) -> float:
    path = folder / f".doctor-{uuid4()}"
    began = time.monotonic()
    try:
        with path.open("xb") as file:
            file.write(bytes(PROBE_BYTES))
            file.flush()
            os.fsync(file.fileno())
        sync_folder(folder)
        return time.monotonic() - began
    finally:
        path.unlink(missing_ok=True)


def _of_syncs(seconds: float) -> Finding:
    said = f"syncing a file and its folder takes {seconds * 1000:.1f} ms"
    if seconds <= SLOW_SYNC_SECONDS:
        return sound("spool.sync", said)
    return doubtful("spool.sync", said, "Every chunk waits for that: take a faster disk.")


def _of_volume(folder: Path) -> Iterator[Finding]:
    kind = _file_system(folder)
    if kind in IN_MEMORY | OF_A_CONTAINER:
        what = "in memory" if kind in IN_MEMORY else "a container's own layer"
        advice = "Mount a volume there: what waits in it must survive restarts."
        yield faulty("spool.volume", f"lies in {what} ({kind})", advice)
    elif folder.stat().st_dev == Path("/").stat().st_dev:
        advice = "Mount a volume there, so that others can't fill it and machines can be replaced."
        yield doubtful("spool.volume", "lies on the disk of the system", advice)
    else:
        yield sound("spool.volume", f"lies on a volume of its own ({kind or 'unknown kind'})")


def _file_system(folder: Path) -> str | None:
    """The kind of the mount that holds the folder; None where the system has no list of them."""
    try:
        lines = Path("/proc/mounts").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    mounts = [line.split()[1:3] for line in lines]
    holding = [(len(at), kind) for at, kind in mounts if folder.resolve().is_relative_to(at)]
    return max(holding)[1] if holding else None


def _of_room(settings: Settings) -> Iterator[Finding]:
    folder = settings.local_temp_chunk_path
    used = sum(entry.stat().st_size for entry in os.scandir(folder) if entry.is_file())
    free = shutil.disk_usage(folder).free
    said = f"{_gib(free)} are free and {_gib(used)} used of SPOOL_MAX_BYTES,"
    said = f"{said} {_gib(settings.spool_max_bytes)}"
    if free + used >= settings.spool_max_bytes:
        yield sound("spool.room", said)
    elif free < settings.max_chunk_size:
        advice = "Make room: the next large chunk does not fit."
        yield faulty("spool.room", said, advice)
    else:
        advice = "Lower SPOOL_MAX_BYTES or enlarge the disk: it is full before the limit is."
        yield doubtful("spool.room", said, advice)


def _gib(size_bytes: int) -> str:
    return f"{size_bytes / 2**30:.2f} GiB"


async def _of_mark(settings: Settings) -> Finding:
    """Whose spool it is."""
    folder = settings.local_temp_chunk_path
    try:
        spool_id = read_spool_id(folder)
        if spool_id is None:
            return sound("spool.mark", f"{folder} is no spool yet; `serve` makes it one")
        async with open_database(database_options(settings)) as database:
            is_known = await SpoolRows(database, host_name()).is_known(spool_id)
    except DatabaseUnavailable:
        return doubtful(
            "spool.mark", "whose spool it is is not known", "Ask again with a database."
        )
    except (SpoolIdentityError, OSError) as error:
        return faulty("spool.mark", str(error), "Restore the file `spool-id`, or the volume.")
    if is_known:
        return sound("spool.mark", f"is spool {spool_id} of this database")
    advice = "Use the database it belongs to, or an empty folder."
    return faulty("spool.mark", "is the spool of another database", advice)
