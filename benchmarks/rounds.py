"""The runs of all contestants, interleaved: in each round every contestant has one turn.

So what disturbs the machine for a while disturbs all alike, and ratios are taken pair by pair.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from benchmarks.client.connection import CallFailed
from benchmarks.client.source import Source
from benchmarks.contestants.contestant import Contestant
from benchmarks.disk import synced_mib_per_second
from benchmarks.figures import Figures
from benchmarks.measure import measure
from benchmarks.scenarios import Scenario, Where
from benchmarks.started import Started, Tell, started
from benchmarks.stores import Store
from chunk_service.cli.stack.errors import StackError


@dataclass(slots=True)
class Outcome:
    """Of one row: the runs of each contestant, in the order of the rounds.

    `idle_rss_mib` is what its process had before its first upload.
    """

    scenario: Scenario
    idle_rss_mib: dict[str, float] = field(default_factory=dict)
    runs: dict[str, list[Figures]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    disk_mib_per_second: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Race:
    """What all blocks have in common."""

    contestants: Sequence[Contestant]
    rounds: int
    source: Source
    folder: Path
    tell: Tell

    def run(self, scenarios: Sequence[Scenario]) -> list[Outcome]:
        return [
            outcome
            for (_, where), block in groupby(scenarios, lambda one: (one.block, one.where))
            for outcome in self._block_or_why(list(block), where)
        ]

    def _block_or_why(self, scenarios: Sequence[Scenario], where: Where) -> list[Outcome]:
        """A store that doesn't start costs its own rows only."""
        try:
            return self._block(scenarios, where)
        except StackError as error:
            self.tell(str(error))
            return [Outcome(one, failures={str(where): str(error)}) for one in scenarios]

    def _block(self, scenarios: Sequence[Scenario], where: Where) -> list[Outcome]:
        wanted = frozenset[str]().union(*(scenario.who for scenario in scenarios))
        chosen = [one for one in self.contestants if one.group in wanted]
        place = self.folder
        with started(chosen, where, folder=place, source=self.source, tell=self.tell) as parts:
            store, ready = parts
            idle = {each.contestant.name: each.idle_rss_mib for each in ready}
            turns = [_Turns(Outcome(one, dict(idle)), store, self) for one in scenarios]
            for number in range(self.rounds):
                for each in turns:
                    each.round(ready[number % len(ready) :] + ready[: number % len(ready)], number)
        return [each.outcome for each in turns]


class _Turns:
    def __init__(self, outcome: Outcome, store: Store, race: Race) -> None:
        self.outcome = outcome
        self._store = store
        self._race = race

    def round(self, ready: Sequence[Started], number: int) -> None:
        scenario = self.outcome.scenario
        self._race.tell(f"{scenario.key}, round {number + 1} of {self._race.rounds}")
        for each in ready:
            if self._takes_part(each):
                self._turn(each)
        if scenario.with_disk:
            self.outcome.disk_mib_per_second.append(self._disk())

    def _takes_part(self, one: Started) -> bool:
        scenario, name = self.outcome.scenario, one.contestant.name
        return (
            one.contestant.group in scenario.who
            and scenario.kind in one.running.ways
            and name not in self.outcome.failures
        )

    def _turn(self, one: Started) -> None:
        name = one.contestant.name
        scenario = self.outcome.scenario.of(one.contestant.group)
        try:
            figures = measure(scenario, one.running, self._store, self._race.source)
        except (CallFailed, OSError, BotoCoreError, ClientError) as error:
            self.outcome.failures[name] = str(error)
            self._race.tell(f"  {name}: {error}")
            return
        self.outcome.runs.setdefault(name, []).append(figures)
        speed = f"{figures.mib_per_second:.0f} MiB/s, {figures.uploads_per_second:.1f} uploads/s"
        self._race.tell(f"  {name}: {speed}, {figures.cpu_seconds_per_gib:.2f} CPU s/GiB")

    def _disk(self) -> float:
        scenario = self.outcome.scenario
        return synced_mib_per_second(
            self._race.folder / "disk",
            size_bytes=scenario.size_bytes,
            chunk_bytes=scenario.chunk_bytes,
            threads=scenario.connections,
        )
