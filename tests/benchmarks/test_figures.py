"""Medians, percentiles and ratios of the benchmarks."""

import dataclasses

from benchmarks.figures import Figures, median, paired_ratio, percentile

_RUN = Figures(
    seconds=1,
    mib_per_second=100,
    uploads_per_second=1,
    cpu_seconds_per_gib=2,
    postgres_cpu_seconds_per_gib=None,
    client_cpu_seconds_per_gib=0.2,
    store_cpu_seconds_per_gib=0.2,
    peak_rss_mib=90,
    visible_seconds=None,
    completing_seconds=None,
    chunk_p50_seconds=None,
    chunk_p99_seconds=None,
)


def _runs(*speeds: float) -> list[Figures]:
    return [dataclasses.replace(_RUN, mib_per_second=speed) for speed in speeds]


def test_a_ratio_is_the_median_of_the_ratios_within_rounds() -> None:
    """The second round was disturbed for both: the ratio of medians would be 400 / 100."""
    ours, theirs = _runs(400, 40, 600), _runs(100, 20, 300)
    assert paired_ratio(ours, theirs, lambda run: run.mib_per_second) == 2


def test_what_was_not_measured_has_neither_median_nor_ratio() -> None:
    runs = _runs(1, 2)
    assert median(runs, lambda run: run.visible_seconds) is None
    assert paired_ratio(runs, runs, lambda run: run.visible_seconds) is None


def test_a_percentile_is_one_of_the_values() -> None:
    values = [float(value) for value in range(100)]
    assert percentile(values, 0.5) == 50
    assert percentile(values, 0.99) == 99
    assert percentile([7.0], 0.99) == 7
    assert percentile([], 0.5) is None
