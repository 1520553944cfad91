"""Which charts stand on the page, and what of the outcomes goes into each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.bars import Bar, Group, chart
from benchmarks.figures import Pick, median
from benchmarks.rounds import Outcome
from benchmarks.scenarios import OURS, Where


@dataclass(frozen=True, slots=True)
class Plot:
    file_name: str
    title: str
    svg: str


def plots(outcomes: Sequence[Outcome]) -> Iterator[Plot]:
    """None of what was not measured."""
    compared = [outcome for outcome in outcomes if outcome.scenario.who != OURS]
    near = [one for one in compared if one.scenario.where is Where.NEAR]
    large = [one for one in near if not one.scenario.is_small]
    small = [one for one in near if one.scenario.is_small]
    elsewhere = [one for one in compared if one.scenario.where is not Where.NEAR]
    wanted: list[tuple[str, str, str, Sequence[Outcome], Pick]] = [
        ("throughput", "Throughput", "MiB/s", large, lambda run: run.mib_per_second),
        ("cpu", "CPU of the relay", "seconds per GiB", large, lambda run: run.cpu_seconds_per_gib),
        ("memory", "Peak memory of the relay", "MiB RSS", large, lambda run: run.peak_rss_mib),
        ("visible", "Last byte to visible", "seconds", large, lambda run: run.visible_seconds),
        ("small", "Small files", "uploads a second", small, lambda run: run.uploads_per_second),
        ("elsewhere", "To other stores", "MiB/s", elsewhere, lambda run: run.mib_per_second),
    ]
    for name, title, unit, chosen, pick in wanted:
        groups = [group for outcome in chosen if (group := _group(outcome, pick)).bars]
        if groups:
            yield Plot(f"performance-{name}.svg", title, chart(title, unit, groups))


def _group(outcome: Outcome, pick: Pick) -> Group:
    bars = []
    for name, runs in outcome.runs.items():
        values = [value for run in runs if (value := pick(run)) is not None]
        if (middle := median(runs, pick)) is not None:
            bars.append(Bar(name, middle, min(values), max(values)))
    return Group(outcome.scenario.name, bars)
