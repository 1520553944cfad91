"""Medians, percentiles and ratios of the benchmarks."""

from benchmarks.figures import median, paired_ratio, percentile
from tests.benchmarks.results import at


def test_a_ratio_is_the_median_of_the_ratios_within_rounds() -> None:
    """The second round was disturbed for both: the ratio of medians would be 400 / 100."""
    ours, theirs = at(400, 40, 600), at(100, 20, 300)
    assert paired_ratio(ours, theirs, lambda run: run.mib_per_second) == 2


def test_what_was_not_measured_has_neither_median_nor_ratio() -> None:
    runs = at(1, 2)
    assert median(runs, lambda run: run.visible_seconds) is None
    assert paired_ratio(runs, runs, lambda run: run.visible_seconds) is None


def test_a_percentile_is_one_of_the_values() -> None:
    values = [float(value) for value in range(100)]
    assert percentile(values, 0.5) == 50
    assert percentile(values, 0.99) == 99
    assert percentile([7.0], 0.99) == 7
    assert percentile([], 0.5) is None
