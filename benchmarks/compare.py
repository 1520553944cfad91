"""Two results beside each other: medians before and after, and their ratio, row by row."""

import statistics
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rich.box import SIMPLE
from rich.table import Table

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Compared:
    """One figure of one contestant in one row."""

    row: str
    contestant: str
    figure: str
    before: float
    after: float

    @property
    def ratio(self) -> float | None:
        return self.after / self.before if self.before else None


_FIGURES = {
    "MiB/s": "mib_per_second",
    "uploads/s": "uploads_per_second",
    "CPU s/GiB": "cpu_seconds_per_gib",
    "CPU s/GiB of PostgreSQL": "postgres_cpu_seconds_per_gib",
    "peak RSS, MiB": "peak_rss_mib",
    "to visible, s": "visible_seconds",
    "completing, s": "completing_seconds",
}


def compared(before: Document, after: Document) -> Iterator[Compared]:
    """What both have, in the order of the former."""
    for key, row in before["rows"].items():
        other = after["rows"].get(key, {"runs": {}})
        for name in row["runs"]:
            if name in other["runs"]:
                yield from _figures(key, name, row, other)
    for what, trips in before["round_trips"].items():
        if what in after["round_trips"]:
            yield Compared(what, "", "round trips", trips, after["round_trips"][what])


def _figures(key: str, name: str, before: Document, after: Document) -> Iterator[Compared]:
    unwanted = "MiB/s" if before["small"] else "uploads/s"
    for title, field in _FIGURES.items():
        if title == unwanted:
            continue
        first, second = _median(before["runs"][name], field), _median(after["runs"][name], field)
        if first is not None and second is not None:
            yield Compared(key, name, title, first, second)


def _median(runs: list[Document], field: str) -> float | None:
    values = [run[field] for run in runs if run[field] is not None]
    return statistics.median(values) if values else None


def comparison(before: Document, after: Document) -> Table:
    table = Table("row", "contestant", "figure", "before", "after", "after / before", box=SIMPLE)
    last = ("", "")
    for each in compared(before, after):
        place = (each.row, each.contestant)
        shown = ("", "") if place == last else place
        last = place
        ratio = "" if each.ratio is None else f"{each.ratio:.2f}"
        table.add_row(*shown, each.figure, f"{each.before:.3g}", f"{each.after:.3g}", ratio)
    return table
