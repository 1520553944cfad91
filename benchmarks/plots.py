"""Which charts stand on the page, and what of the outcomes goes into each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.bars import Bar, Group, chart
from benchmarks.contestants.names import (
    BOTO3,
    HASHED,
    OLD_WAY,
    OURS,
    SYNCED,
    TUS_NODE,
    TUSD,
    TUSD_TUNED,
)
from benchmarks.figures import Pick, median
from benchmarks.rounds import Outcome


@dataclass(frozen=True, slots=True)
class Plot:
    file_name: str
    title: str
    svg: str


_COLOURS = {
    OURS: "#0b6e4f",
    SYNCED: "#57a773",
    HASHED: "#9ccfb0",
    TUSD_TUNED: "#c1440e",
    TUSD: "#e0863d",
    TUS_NODE: "#5b6c8f",
    OLD_WAY: "#a28bb4",
    BOTO3: "#8a8a8a",
}


@dataclass(frozen=True, slots=True)
class _Chart:
    name: str
    title: str
    unit: str
    rows: Sequence[str]
    pick: Pick


_LARGE = ("put-4x8", "put-1x8", "put-4x1", "put-4x64", "request")
_CHARTS = (
    _Chart("throughput", "Throughput", "MiB/s", _LARGE, lambda run: run.mib_per_second),
    _Chart("cpu", "CPU of the relay", "s/GiB", _LARGE, lambda run: run.cpu_seconds_per_gib),
    _Chart(
        "memory",
        "Peak memory of the relay",
        "MiB RSS",
        ("at-once-64", "put-4x64"),
        lambda run: run.peak_rss_mib,
    ),
    _Chart(
        "visible",
        "Last byte to visible",
        "seconds",
        ("put-4x8", "seaweed-4x8", "far-visible"),
        lambda run: run.visible_seconds,
    ),
    _Chart(
        "small",
        "Small files",
        "uploads/s",
        ("small-one", "small-three"),
        lambda run: run.uploads_per_second,
    ),
    _Chart(
        "elsewhere",
        "To other stores",
        "MiB/s",
        ("far-4x8", "seaweed-4x8"),
        lambda run: run.mib_per_second,
    ),
)


def plots(outcomes: Sequence[Outcome]) -> Iterator[Plot]:
    """None of what was not measured."""
    for each in _CHARTS:
        chosen = [one for one in outcomes if one.scenario.key in each.rows]
        groups = [group for one in chosen if (group := _group(one, each.pick)).bars]
        if groups:
            svg = chart(each.title, each.unit, groups)
            yield Plot(f"performance-{each.name}.svg", each.title, svg)


def _group(outcome: Outcome, pick: Pick) -> Group:
    bars = []
    for name, runs in outcome.runs.items():
        values = [value for run in runs if (value := pick(run)) is not None]
        if (middle := median(runs, pick)) is not None:
            bars.append(Bar(name, middle, min(values), max(values), _COLOURS[name]))
    return Group(outcome.scenario.name, bars)
