"""The runs of all contestants, interleaved: in each round every contestant has one turn.

So what disturbs the machine for a while disturbs all alike, and ratios are taken pair by pair.
"""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.client.connection import CallFailed
from benchmarks.client.source import Source
from benchmarks.contestants.contestant import Contestant, LeftOut, Place, Running
from benchmarks.contestants.ours import Ours
from benchmarks.disk import synced_mib_per_second
from benchmarks.figures import Figures
from benchmarks.measure import measure
from benchmarks.processes import rss_mib
from benchmarks.scenarios import Scenario, Where
from benchmarks.stores import Store, null_store, seaweed_store
from chunk_service.cli.stack.errors import StackError

Tell = Callable[[str], None]
_DISTANT = {"round_trip_ms": 50, "mbit": 100}


@dataclass(slots=True)
class Outcome:
    """Of one scenario: the runs of each contestant, in the order of the rounds.

    `idle_rss_mib` is what its process had when it had just been started.
    """

    scenario: Scenario
    idle_rss_mib: dict[str, float] = field(default_factory=dict)
    runs: dict[str, list[Figures]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    disk_mib_per_second: list[float] = field(default_factory=list)


def run_all(
    contestants: Sequence[Contestant],
    scenarios: Sequence[Scenario],
    *,
    rounds: int,
    source: Source,
    folder: Path,
    tell: Tell,
) -> list[Outcome]:
    outcomes = []
    for where in Where:
        chosen = [scenario for scenario in scenarios if scenario.where is where]
        if not chosen:
            continue
        with _started(contestants, where, folder, tell) as (store, running):
            idle = {contestant.name: rss_mib(its.pid) for contestant, its in running}
            for scenario in chosen:
                tell(f"{scenario.name}, to {where}")
                turns = _Turns(Outcome(scenario, idle), store, source, folder)
                for number in range(rounds):
                    turns.round(_rotated(running, number), tell)
                outcomes.append(turns.outcome)
    return outcomes


@contextmanager
def _started(
    contestants: Sequence[Contestant], where: Where, folder: Path, tell: Tell
) -> Iterator[tuple[Store, list[tuple[Contestant, Running]]]]:
    with ExitStack() as parts:
        store = parts.enter_context(_store(where, _fresh(folder / where.name.lower())))
        running: list[tuple[Contestant, Running]] = []
        for number, contestant in enumerate(contestants):
            place = Place(_fresh(folder / f"{where.name.lower()}-{number}"), store.url)
            try:
                running.append((contestant, parts.enter_context(contestant.running(place))))
            except (LeftOut, StackError) as error:
                tell(f"{contestant.name} did not start: {error}")
        yield store, running


@contextmanager
def _store(where: Where, folder: Path) -> Iterator[Store]:
    if where is Where.SEAWEED:
        with seaweed_store(folder) as store:
            yield store
    else:
        with null_store(folder, **(_DISTANT if where is Where.FAR else {})) as store:
            yield store


def _fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _rotated(
    running: Sequence[tuple[Contestant, Running]], by: int
) -> list[tuple[Contestant, Running]]:
    start = by % len(running)
    return [*running[start:], *running[:start]]


class _Turns:
    def __init__(self, outcome: Outcome, store: Store, source: Source, folder: Path) -> None:
        self.outcome = outcome
        self._store = store
        self._source = source
        self._folder = folder

    def round(self, running: Sequence[tuple[Contestant, Running]], tell: Tell) -> None:
        for contestant, its in running:
            if self._takes_part(contestant, its):
                self._turn(contestant, its, tell)
        if self.outcome.scenario.with_disk:
            self.outcome.disk_mib_per_second.append(self._disk())

    def _takes_part(self, contestant: Contestant, its: Running) -> bool:
        scenario = self.outcome.scenario
        if scenario.ours_only and not isinstance(contestant, Ours):
            return False
        return scenario.kind in its.ways and contestant.name not in self.outcome.failures

    def _turn(self, contestant: Contestant, its: Running, tell: Tell) -> None:
        try:
            figures = measure(self.outcome.scenario, its, self._store, self._source)
        except (CallFailed, OSError) as error:
            self.outcome.failures[contestant.name] = str(error)
            tell(f"  {contestant.name}: {error}")
            return
        self.outcome.runs.setdefault(contestant.name, []).append(figures)
        speed = f"{figures.mib_per_second:.0f} MiB/s, {figures.uploads_per_second:.1f} uploads/s"
        tell(f"  {contestant.name}: {speed}, {figures.cpu_seconds_per_gib:.2f} CPU s/GiB")

    def _disk(self) -> float:
        scenario = self.outcome.scenario
        return synced_mib_per_second(
            self._folder / "disk",
            size_bytes=scenario.size_bytes,
            chunk_bytes=scenario.chunk_bytes,
            threads=scenario.connections,
        )
