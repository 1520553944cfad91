"""Round trips to the database: of a chunk, with all that it causes, and of a small file.

Counted in runs of their own, since the counting proxy costs time.
"""

import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.client.connection import Connection
from benchmarks.client.source import Source
from benchmarks.client.ways import Job
from benchmarks.contestants.contestant import Kind, Place, Running
from benchmarks.contestants.ours import Ours
from benchmarks.counting_proxy import RoundTrips
from benchmarks.scenarios import Scenario
from benchmarks.sizes import KIB, MIB
from benchmarks.stores import null_store

_CHUNK_BYTES = 8 * MIB
_QUIET_SECONDS = 2.0
_SMALL_FILES = 50


@dataclass(frozen=True, slots=True)
class Counted:
    """`statements` with how often each was asked, per file or chunk."""

    what: str
    each: float
    statements: Sequence[tuple[str, float]]


def count_round_trips(scenarios: Sequence[Scenario], source: Source, folder: Path) -> list[Counted]:
    """Of what these rows are made of."""
    if not scenarios:
        return []
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "store").mkdir(parents=True)
    with (
        null_store(folder / "store") as store,
        Ours(synced=False).counted(Place(folder, store.url)) as (running, trips),
    ):
        counting = _Counting(running, trips, source)
        counting.warm_up()
        small = {one.kind for one in scenarios if one.is_small and one.uploads > 1}
        chunks = [counting.per_chunk()] if any(_in_chunks(one) for one in scenarios) else []
        return [*chunks, *(counting.per_file(kind) for kind in sorted(small))]


def _in_chunks(scenario: Scenario) -> bool:
    return scenario.kind is Kind.CHUNKS and not scenario.is_small


class _Counting:
    def __init__(self, running: Running, trips: RoundTrips, source: Source) -> None:
        self._running = running
        self._trips = trips
        self._source = source
        self._number = 10**9

    def warm_up(self) -> None:
        """The first of each kind prepares statements."""
        for kind in (Kind.ONE_REQUEST, Kind.CHUNKS):
            self._send(kind, 64 * KIB, lines=1)
        self._chunks(8)

    def per_chunk(self) -> Counted:
        """The difference of two lengths: what the file costs once falls out."""
        short, long = 8, 40
        few = self._chunks(short)
        many = self._chunks(long)
        statements = {
            text: (count - few[1].get(text, 0)) / (long - short) for text, count in many[1].items()
        }
        return Counted("a chunk of 8 MiB", (many[0] - few[0]) / (long - short), _top(statements))

    def per_file(self, kind: Kind) -> Counted:
        self._rest()
        for _ in range(_SMALL_FILES):
            self._send(kind, 64 * KIB, lines=1)
        statements = {text: count / _SMALL_FILES for text, count in self._trips.statements.items()}
        trips = self._trips.count / _SMALL_FILES
        return Counted(f"a file of 64 KiB, {kind}", trips, _top(statements))

    def _chunks(self, count: int) -> tuple[int, dict[str, int]]:
        self._rest()
        self._send(Kind.CHUNKS, count * _CHUNK_BYTES, lines=4)
        return self._trips.count, dict(self._trips.statements)

    def _rest(self) -> None:
        """Whatever follows an upload is over; the count begins anew."""
        time.sleep(_QUIET_SECONDS)
        self._trips.forget()

    def _send(self, kind: Kind, size_bytes: int, *, lines: int) -> None:
        self._number += 1
        job = Job(self._number, size_bytes, min(size_bytes, _CHUNK_BYTES))
        opened = [Connection(self._running.url, self._source) for _ in range(lines)]
        self._running.ways[kind].send(job, opened)
        for line in opened:
            line.__exit__()


def _top(statements: dict[str, float]) -> list[tuple[str, float]]:
    ordered = sorted(statements.items(), key=lambda item: -item[1])
    return [(text, each) for text, each in ordered if each >= 0.05]
