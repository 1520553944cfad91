"""Round trips to the database: of a chunk with all that it causes, of a small file, and while
bodies are read. What an idle service asks in the same time, for its queue and its leases, is
taken off.

Counted in runs of their own, since the counting proxy costs time.
"""

import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks.client.connection import Connection
from benchmarks.client.numbered import NumberedChunks
from benchmarks.client.source import Source
from benchmarks.client.ways import Job
from benchmarks.contestants.contestant import Kind, Place, Running
from benchmarks.contestants.ours import Ours
from benchmarks.counting_proxy import RoundTrips
from benchmarks.scenarios import Scenario
from benchmarks.sizes import KIB, MIB
from benchmarks.stores import null_store
from benchmarks.while_reading import WhileReading, while_reading

PER_CHUNK = "a chunk of 8 MiB"
_CHUNK_BYTES = 8 * MIB
_SETTLING_SECONDS = 2.0
_IDLE_SECONDS = 5.0
_SMALL_FILES = 50
_SHORT, _LONG = 8, 40


@dataclass(frozen=True, slots=True)
class Counted:
    """`statements` with how often each was asked, per file or chunk."""

    what: str
    each: float
    statements: Sequence[tuple[str, float]]


@dataclass(frozen=True, slots=True)
class Database:
    """`while_reading` is None where no chunks were measured."""

    counted: Sequence[Counted] = ()
    idle_per_second: float | None = None
    while_reading: WhileReading | None = None


def count_round_trips(scenarios: Sequence[Scenario], source: Source, folder: Path) -> Database:
    """Of what these rows are made of."""
    small = {one.kind for one in scenarios if one.is_small and one.uploads > _SHORT}
    in_chunks = any(one.kind is Kind.CHUNKS and not one.is_small for one in scenarios)
    if not (small or in_chunks):
        return Database()
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "store").mkdir(parents=True)
    with (
        null_store(folder / "store") as store,
        Ours(synced=False).counted(Place(folder, store.url)) as (running, trips),
    ):
        counting = _Counting(running, trips, source)
        chunks = [counting.per_chunk()] if in_chunks else []
        files = [counting.per_file(kind) for kind in sorted(small)]
        reading = counting.while_reading() if in_chunks else None
        return Database([*chunks, *files], counting.idle.trips / counting.idle.seconds, reading)


@dataclass(frozen=True, slots=True)
class _Asked:
    """In so many seconds."""

    seconds: float
    trips: float
    statements: Mapping[str, float]

    def without(self, idle: "_Asked") -> "_Asked":
        share = self.seconds / idle.seconds
        statements = {
            text: times - idle.statements.get(text, 0) * share
            for text, times in self.statements.items()
        }
        return _Asked(self.seconds, self.trips - idle.trips * share, statements)

    def minus(self, shorter: "_Asked") -> "_Asked":
        statements = {
            text: times - shorter.statements.get(text, 0) for text, times in self.statements.items()
        }
        return _Asked(self.seconds, self.trips - shorter.trips, statements)

    def per(self, count: int, what: str) -> Counted:
        each = [(text, times / count) for text, times in self.statements.items()]
        asked = sorted((one for one in each if one[1] >= 0.05), key=lambda one: -one[1])
        return Counted(what, self.trips / count, asked)


class _Counting:
    def __init__(self, running: Running, trips: RoundTrips, source: Source) -> None:
        self._running = running
        self._trips = trips
        self._source = source
        self._number = 10**9
        self._warm_up()
        self.idle = self._asked_in(lambda: time.sleep(_IDLE_SECONDS))

    def per_chunk(self) -> Counted:
        """The difference of two lengths: what the file costs once falls out."""
        few, many = self._chunks(_SHORT), self._chunks(_LONG)
        return many.minus(few).per(_LONG - _SHORT, PER_CHUNK)

    def per_file(self, kind: Kind) -> Counted:
        def all_files() -> None:
            for _ in range(_SMALL_FILES):
                self._send(kind, 64 * KIB, lines=1)

        asked = self._asked_in(all_files).without(self.idle)
        return asked.per(_SMALL_FILES, f"a file of 64 KiB, {kind}")

    def while_reading(self) -> WhileReading:
        way = self._running.ways[Kind.CHUNKS]
        assert isinstance(way, NumberedChunks)
        time.sleep(_SETTLING_SECONDS)
        idle = {text: times / self.idle.seconds for text, times in self.idle.statements.items()}
        return while_reading(self._running, way, self._trips, self._source, idle)

    def _warm_up(self) -> None:
        """The first of each kind prepares statements."""
        for kind in (Kind.ONE_REQUEST, Kind.CHUNKS):
            self._send(kind, 64 * KIB, lines=1)
        self._send(Kind.CHUNKS, _SHORT * _CHUNK_BYTES, lines=4)

    def _chunks(self, count: int) -> _Asked:
        size_bytes = count * _CHUNK_BYTES
        send = self._asked_in(lambda: self._send(Kind.CHUNKS, size_bytes, lines=4))
        return send.without(self.idle)

    def _asked_in(self, do: Callable[[], object]) -> _Asked:
        """Once whatever follows what came before is over."""
        time.sleep(_SETTLING_SECONDS)
        self._trips.forget()
        began = time.monotonic()
        do()
        return _Asked(time.monotonic() - began, self._trips.count, self._trips.statements)

    def _send(self, kind: Kind, size_bytes: int, *, lines: int) -> None:
        self._number += 1
        job = Job(self._number, size_bytes, min(size_bytes, _CHUNK_BYTES))
        with ExitStack() as opened:
            connections = [
                opened.enter_context(Connection(self._running.url, self._source))
                for _ in range(lines)
            ]
            self._running.ways[kind].send(job, connections)
