"""The medians of a run as a table on the terminal, for those who work on the service's speed."""

from rich.box import SIMPLE
from rich.table import Table

from benchmarks.figures import Pick, median
from benchmarks.results import Results
from benchmarks.rounds import Outcome
from benchmarks.targets import reached

_COLUMNS: tuple[tuple[str, Pick, float], ...] = (
    ("MiB/s", lambda run: run.mib_per_second, 1),
    ("uploads/s", lambda run: run.uploads_per_second, 1),
    ("CPU s/GiB", lambda run: run.cpu_seconds_per_gib, 1),
    ("of PostgreSQL", lambda run: run.postgres_cpu_seconds_per_gib, 1),
    ("peak RSS, MiB", lambda run: run.peak_rss_mib, 1),
    ("request p50, ms", lambda run: run.chunk_p50_seconds, 1000),
    ("p99, ms", lambda run: run.chunk_p99_seconds, 1000),
    ("to visible, ms", lambda run: run.visible_seconds, 1000),
    ("completing, ms", lambda run: run.completing_seconds, 1000),
)


def summary(results: Results) -> Table:
    table = Table(box=SIMPLE)
    for title in ("row", "contestant"):
        table.add_column(title, no_wrap=True)
    for title, _, _ in _COLUMNS:
        table.add_column(title, justify="right")
    for outcome in results.outcomes:
        for number, name in enumerate(outcome.runs):
            row = "" if number else outcome.scenario.key
            table.add_row(row, name, *_cells(outcome, name))
        table.add_section()
    return table


def target_table(results: Results) -> Table:
    """Those of which something was measured."""
    table = Table("target", "bound", "measured", "met", box=SIMPLE)
    for each in reached(results):
        if each.met is not None:
            table.add_row(each.target.text, each.target.bound, each.shown, str(each.met).lower())
    return table


def _cells(outcome: Outcome, name: str) -> list[str]:
    medians = [(median(outcome.runs[name], pick), times) for _, pick, times in _COLUMNS]
    return ["" if value is None else f"{value * times:.3g}" for value, times in medians]


def round_trips(results: Results) -> Table:
    table = Table("of", "round trips to PostgreSQL", box=SIMPLE)
    for each in results.database.counted:
        table.add_row(each.what, f"{each.each:.2f}")
        for text, times in each.statements:
            table.add_row(f"  {text[:80]}", f"{times:.2f}")
        table.add_section()
    return table
