"""What a whole run came to, and as a JSON document: every round's figures, row by row."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.floor.floor import Floor
from benchmarks.noise import Noise
from benchmarks.round_trips import Database
from benchmarks.rounds import Outcome


@dataclass(frozen=True, slots=True)
class Results:
    """`descriptions` and `left_out` by the contestants' names; `machine` by what is told of it."""

    form: str
    rounds: int
    noise: Noise
    machine: Mapping[str, str]
    descriptions: Mapping[str, str]
    left_out: Mapping[str, str]
    outcomes: Sequence[Outcome]
    database: Database
    floor: Floor | None

    def outcome(self, key: str) -> Outcome | None:
        return next((each for each in self.outcomes if each.scenario.key == key), None)

    def document(self) -> dict[str, Any]:
        return {
            "form": self.form,
            "rounds": self.rounds,
            "load_at_start": self.noise.load,
            "quiet": self.noise.is_quiet,
            "machine": dict(self.machine),
            "contestants": dict(self.descriptions),
            "left_out": dict(self.left_out),
            "rows": {each.scenario.key: _row(each) for each in self.outcomes},
            "round_trips": {each.what: each.each for each in self.database.counted},
            "database": dataclasses.asdict(self.database),
            "floor": self.floor and dataclasses.asdict(self.floor),
        }


def _row(outcome: Outcome) -> dict[str, Any]:
    return {
        "name": outcome.scenario.name,
        "small": outcome.scenario.is_small,
        "idle_rss_mib": outcome.idle_rss_mib,
        "disk_mib_per_second": outcome.disk_mib_per_second,
        "failures": outcome.failures,
        "runs": {
            name: [dataclasses.asdict(run) for run in runs] for name, runs in outcome.runs.items()
        },
    }
