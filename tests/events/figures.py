"""The figures of a storm, as a person reads them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from rich.table import Table


@dataclass(frozen=True, slots=True)
class Figures:
    """`attempts_lost` have no outcome on record: their worker was killed over them."""

    events: int
    requests: int
    replies: Mapping[str, int]
    workers_killed: int
    attempts_lost: int
    duplicates_by_kill: int
    duplicates_by_lost_answer: int
    dead_letters_replayed: int
    recovery_p50_seconds: float
    recovery_p99_seconds: float
    recovery_most_seconds: float
    seconds: float

    def table(self) -> Table:
        table = Table(title="storm", show_header=False)
        for each in fields(self):
            value = getattr(self, each.name)
            text = _counts(value) if isinstance(value, Mapping) else str(value)
            table.add_row(each.name.replace("_", " "), text)
        return table


def quantile(ascending: Sequence[float], share: float) -> float:
    if not ascending:
        return 0.0
    return round(ascending[min(int(len(ascending) * share), len(ascending) - 1)], 1)


def _counts(counted: Mapping[str, int]) -> str:
    return ", ".join(f"{name}: {count}" for name, count in counted.items())
