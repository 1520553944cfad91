"""The figures of each row: a table of the contestants, and how they were sent what."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.contestants.contestant import Group
from benchmarks.contestants.names import OURS
from benchmarks.figures import Figures, Pick, median, paired_ratio
from benchmarks.measured import FAR_CARRIED_MIB_PER_SECOND, FAR_CONNECTIONS, FAR_VISIBLE_MS
from benchmarks.page.markdown import plain, rows
from benchmarks.results import Results
from benchmarks.rounds import Outcome
from benchmarks.scenarios import Scenario, Where
from benchmarks.sizes import KIB, MIB


@dataclass(frozen=True, slots=True)
class _Column:
    title: str
    pick: Pick
    shown: Callable[[float], str]


def _seconds_as_ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f}"


def _per_upload(run: Figures, seconds_per_gib: float | None) -> float | None:
    """Milliseconds."""
    if seconds_per_gib is None:
        return None
    return seconds_per_gib * run.mib_per_second / run.uploads_per_second * 1000 / 1024


_SPEED = _Column("MiB/s", lambda run: run.mib_per_second, plain)
_RATE = _Column("uploads/s", lambda run: run.uploads_per_second, plain)
_CPU = (
    _Column("CPU s/GiB", lambda run: run.cpu_seconds_per_gib, plain),
    _Column("of PostgreSQL", lambda run: run.postgres_cpu_seconds_per_gib, plain),
)
_CPU_OF_UPLOADS = (
    _Column("CPU ms/upload", lambda run: _per_upload(run, run.cpu_seconds_per_gib), plain),
    _Column("of PostgreSQL", lambda run: _per_upload(run, run.postgres_cpu_seconds_per_gib), plain),
)
_COLUMNS = (
    _Column("peak RSS, MiB", lambda run: run.peak_rss_mib, plain),
    _Column("to visible, ms", lambda run: run.visible_seconds, _seconds_as_ms),
    _Column("completing, ms", lambda run: run.completing_seconds, _seconds_as_ms),
    _Column("request p50, ms", lambda run: run.chunk_p50_seconds, _seconds_as_ms),
    _Column("p99, ms", lambda run: run.chunk_p99_seconds, _seconds_as_ms),
)


_READING = """\
## Figures

Medians of all rounds; in each round every contestant has one turn. `ours / its` is the median of
the ratios within the rounds: above 1 this service (fsync off, as the others) is faster. CPU is user
and system time of the relay's processes; memory that of its one process, *above idle* the most of
all rounds over what it had before its first upload. *To visible* counts from the last byte sent to
the object being in the store (SeaweedFS is asked every few milliseconds), *completing* is the last
call of the client.
"""


def tables(results: Results) -> str:
    return "\n".join([_READING, *(_table(outcome) for outcome in results.outcomes)])


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
    lines = [_row(name, runs, outcome, main, columns) for name, runs in outcome.runs.items()]
    told = [f"### {scenario.name}\n", _explained(scenario), rows(head, lines)]
    if outcome.disk_mib_per_second:
        told.append(_disk(outcome))
    if scenario.where is Where.FAR:
        told.append(_FAR)
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
    ratio = paired_ratio(outcome.runs.get(OURS, []), runs, main.pick)
    return [
        name,
        f"**{_shown(main, runs)}**",
        f"{main.shown(min(values))}–{main.shown(max(values))}",
        "" if ratio is None or name == OURS else f"{ratio:.2f}",
        *(_shown(column, runs) for column in columns),
        plain(max(run.peak_rss_mib for run in runs) - outcome.idle_rss_mib[name]),
    ]


def _shown(column: _Column, runs: Sequence[Figures]) -> str:
    value = median(runs, column.pick)
    return "" if value is None else column.shown(value)


def _explained(scenario: Scenario) -> str:
    size = _size(scenario.size_bytes)
    files = "One file" if scenario.uploads == 1 else f"{scenario.uploads} files"
    at_once = f", {scenario.at_once} at a time" if scenario.at_once > 1 else ""
    over = f"over {scenario.connections} connections" if scenario.connections > 1 else "over one"
    paced = f" at {scenario.mbit:g} Mbit/s each" if scenario.mbit else ""
    return (
        f"{files} of {size}{at_once}, {over}{paced}, {scenario.kind} of "
        f"{_size(scenario.chunk_bytes)}, to {scenario.where}.{_less(scenario)}\n"
    )


def _less(scenario: Scenario) -> str:
    """Who sends less than that."""
    told = ""
    for group, name in ((Group.PEER, "Peers"), (Group.SLOW_PEER, "Slow ones")):
        its = scenario.of(group).size_bytes
        if group in scenario.who and its < scenario.size_bytes:
            told += f" {name} send {_size(its)}."
    return told


def _size(size_bytes: int) -> str:
    return f"{size_bytes / MIB:g} MiB" if size_bytes >= MIB else f"{size_bytes / KIB:g} KiB"


_FAR = f"""
As many connections as this service opens at its defaults, {FAR_CONNECTIONS}, carry
{FAR_CARRIED_MIB_PER_SECOND:.1f} MiB/s; one part and two round trips are {FAR_VISIBLE_MS:.0f} ms.
tusd opens as many for each upload as it has parts ready, up to ten.
"""


def _disk(outcome: Outcome) -> str:
    alone = statistics.median(outcome.disk_mib_per_second)
    return (
        "\nThe disk alone, the same chunks written from memory by as many threads, file and folder "
        f"flushed each time: {alone:.0f} MiB/s (median of the same rounds).\n"
    )
