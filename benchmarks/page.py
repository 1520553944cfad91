"""docs/performance.md: tables, plots, and what they were measured on and with."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import Figures, Pick, median, paired_ratio
from benchmarks.plots import Plot, plots
from benchmarks.results import Results
from benchmarks.round_trips import Counted
from benchmarks.rounds import Outcome
from benchmarks.scenarios import Scenario
from benchmarks.sizes import MIB

_OURS = "chunk-service"


@dataclass(frozen=True, slots=True)
class _Column:
    title: str
    pick: Pick
    shown: Callable[[float], str]


def _seconds_as_ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f}"


def _plain(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.2f}"


def _per_upload(run: Figures, seconds_per_gib: float | None) -> float | None:
    """Milliseconds."""
    if seconds_per_gib is None:
        return None
    return seconds_per_gib * run.mib_per_second / run.uploads_per_second * 1000 / 1024


_SPEED = _Column("MiB/s", lambda run: run.mib_per_second, _plain)
_RATE = _Column("uploads/s", lambda run: run.uploads_per_second, _plain)
_CPU = (
    _Column("CPU s/GiB", lambda run: run.cpu_seconds_per_gib, _plain),
    _Column("of PostgreSQL", lambda run: run.postgres_cpu_seconds_per_gib, _plain),
)
_CPU_OF_UPLOADS = (
    _Column("CPU ms/upload", lambda run: _per_upload(run, run.cpu_seconds_per_gib), _plain),
    _Column(
        "of PostgreSQL", lambda run: _per_upload(run, run.postgres_cpu_seconds_per_gib), _plain
    ),
)
_COLUMNS = (
    _Column("peak RSS, MiB", lambda run: run.peak_rss_mib, _plain),
    _Column("to visible, ms", lambda run: run.visible_seconds, _seconds_as_ms),
    _Column("completing, ms", lambda run: run.completing_seconds, _seconds_as_ms),
    _Column("request p50, ms", lambda run: run.chunk_p50_seconds, _seconds_as_ms),
    _Column("p99, ms", lambda run: run.chunk_p99_seconds, _seconds_as_ms),
)


def write(results: Results, folder: Path) -> None:
    """The page and its plots; what was there of an earlier run is gone."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("performance-*.svg"):
        old.unlink()
    drawn = list(plots(results.outcomes))
    for plot in drawn:
        (folder / plot.file_name).write_text(plot.svg)
    (folder / "performance.md").write_text(_page(results, drawn))


def _page(report: Results, drawn: Sequence[Plot]) -> str:
    parts = [
        _INTRODUCTION.format(form=report.form, rounds=report.rounds),
        *(f"![{plot.title}]({plot.file_name})\n" for plot in drawn),
        "## Figures\n",
        _READING,
        *(_table(outcome) for outcome in report.outcomes),
        _round_trips(report.database.counted),
        _costs(report.outcomes),
        _contestants(report),
        "## Measured on\n",
        _rows(("what", "is"), list(report.machine.items())),
    ]
    return "\n".join(parts)


_INTRODUCTION = """# Performance

This service beside others that do the same, measured in one run on one machine, against the same
store. The page is written by `make bench`; this is its {form} form, {rounds} rounds.

The store is a null S3: it takes everything, keeps nothing, and costs next to nothing (its share is
below), so that it is the relay that is measured. Client, relay, database and store share the
machine. The client sends a file from the page cache by `sendfile`.
"""

_READING = """\
Medians of all rounds; in each round every contestant has one turn. `ours / its` is the median of
the ratios within the rounds: above 1 this service (fsync off, as the others) is faster. CPU is user
and system time of the relay's processes; memory that of its one process, *above idle* the most of
all rounds over what it had after its start. *To visible* counts from the last byte sent to the
object being in the store, *completing* is the last call of the client.
"""


def _table(outcome: Outcome) -> str:
    scenario = outcome.scenario
    main = _RATE if scenario.is_small else _SPEED
    columns = [
        column
        for column in (*(_CPU_OF_UPLOADS if scenario.is_small else _CPU), *_COLUMNS)
        if any(median(runs, column.pick) is not None for runs in outcome.runs.values())
    ]
    head = (
        "",
        main.title,
        "least to most",
        "ours / its",
        *(column.title for column in columns),
        "above idle",
    )
    rows = [_row(name, runs, outcome, main, columns) for name, runs in outcome.runs.items()]
    told = [f"### {scenario.name}\n", _explained(scenario), _rows(head, rows)]
    if outcome.disk_mib_per_second:
        told.append(_disk(outcome))
    told += [f"- {name} failed: {why}" for name, why in outcome.failures.items()]
    return "\n".join([*told, ""])


def _row(
    name: str,
    runs: Sequence[Figures],
    outcome: Outcome,
    main: _Column,
    columns: Sequence[_Column],
) -> list[str]:
    values = [value for run in runs if (value := main.pick(run)) is not None]
    ratio = paired_ratio(outcome.runs.get(_OURS, []), runs, main.pick)
    return [
        name,
        f"**{_shown(main, runs)}**",
        f"{main.shown(min(values))}–{main.shown(max(values))}",
        "" if ratio is None or name == _OURS else f"{ratio:.2f}",
        *(_shown(column, runs) for column in columns),
        _plain(max(run.peak_rss_mib for run in runs) - outcome.idle_rss_mib[name]),
    ]


def _shown(column: _Column, runs: Sequence[Figures]) -> str:
    value = median(runs, column.pick)
    return "" if value is None else column.shown(value)


def _explained(scenario: Scenario) -> str:
    size = f"{scenario.size_bytes / MIB:g} MiB"
    files = "One file" if scenario.uploads == 1 else f"{scenario.uploads} files"
    at_once = f", {scenario.at_once} at a time" if scenario.at_once > 1 else ""
    return (
        f"{files} of {size}{at_once}, each over {scenario.connections} connection(s), "
        f"{scenario.kind} of {scenario.chunk_bytes / MIB:g} MiB, to {scenario.where}.\n"
    )


def _disk(outcome: Outcome) -> str:
    alone = statistics.median(outcome.disk_mib_per_second)
    return (
        "\nThe disk alone, the same chunks written from memory by as many threads, file and folder "
        f"flushed each time: {alone:.0f} MiB/s (median of the same rounds).\n"
    )


def _round_trips(counted: Sequence[Counted]) -> str:
    if not counted:
        return ""
    told = [
        "## Round trips to the database\n",
        "Each wait for PostgreSQL counts, BEGIN and COMMIT too, and what relay and queue ask.\n",
        _rows(("of", "round trips"), [(each.what, f"{each.each:.1f}") for each in counted]),
    ]
    for each in counted:
        statements = [(f"`{text}`", f"{times:.2f}") for text, times in each.statements]
        told += [f"\n### {each.what}, by statement\n", _rows(("statement", "times"), statements)]
    return "\n".join([*told, ""])


def _costs(outcomes: Sequence[Outcome]) -> str:
    """What the harness itself takes, from the largest transfers."""
    runs = [
        run
        for outcome in outcomes
        if not outcome.scenario.is_small
        for each in outcome.runs.values()
        for run in each
    ]
    client = median(runs, lambda run: run.client_cpu_seconds_per_gib)
    store = median(runs, lambda run: run.store_cpu_seconds_per_gib)
    if client is None or store is None:
        return ""
    return (
        "## What the harness costs\n\nMedians over all large transfers: the client "
        f"{client:.2f} CPU seconds per GiB, the null S3 {store:.2f}.\n"
    )


def _contestants(report: Results) -> str:
    out = [(name, f"left out: {why}") for name, why in report.left_out.items()]
    return "\n".join(
        ["## Contestants\n", _rows(("name", "is"), [*report.descriptions.items(), *out]), ""]
    )


def _rows(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return (
        "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines) + "\n"
    )


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
