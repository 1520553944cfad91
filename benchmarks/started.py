"""A store and contestants of their own for one block of rows: nothing is left over from another."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.client.connection import CallFailed, Connection
from benchmarks.client.source import Source
from benchmarks.client.ways import Job
from benchmarks.contestants.contestant import Contestant, LeftOut, Place, Running
from benchmarks.processes import rss_mib
from benchmarks.scenarios import FAR_MBIT, FAR_ROUND_TRIP_MS, Where
from benchmarks.sizes import MIB
from benchmarks.stores import Store, null_store, seaweed_store
from chunk_service.cli.stack.errors import StackError

Tell = Callable[[str], None]
_WARM_UP_BYTES = 16 * MIB
_WARM_UP_NUMBER = 10**8


@dataclass(frozen=True, slots=True)
class Started:
    """`idle_rss_mib` is what its process had before its first upload."""

    contestant: Contestant
    running: Running
    idle_rss_mib: float


@contextmanager
def started(
    contestants: Sequence[Contestant], where: Where, *, folder: Path, source: Source, tell: Tell
) -> Iterator[tuple[Store, list[Started]]]:
    with ExitStack() as parts:
        store = parts.enter_context(_store(where, _fresh(folder / "store")))
        ready: list[Started] = []
        for number, contestant in enumerate(contestants):
            place = Place(_fresh(folder / str(number)), store.url)
            try:
                running = parts.enter_context(contestant.running(place))
                idle = rss_mib(running.pid)
                _warm_up(running, source)
                ready.append(Started(contestant, running, idle))
            except (LeftOut, StackError, CallFailed, OSError) as error:
                tell(f"{contestant.name} did not start: {error}")
        store.forget()
        yield store, ready


def _warm_up(running: Running, source: Source) -> None:
    """What is imported, connected and prepared at the first upload is not measured."""
    for number, way in enumerate(running.ways.values()):
        with Connection(running.url, source) as line:
            way.send(Job(_WARM_UP_NUMBER + number, _WARM_UP_BYTES, 8 * MIB), [line])


@contextmanager
def _store(where: Where, folder: Path) -> Iterator[Store]:
    if where is Where.SEAWEED:
        with seaweed_store(folder) as store:
            yield store
    elif where is Where.FAR:
        with null_store(folder, round_trip_ms=FAR_ROUND_TRIP_MS, mbit=FAR_MBIT) as store:
            yield store
    else:
        with null_store(folder) as store:
            yield store


def _fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
