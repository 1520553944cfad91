"""What one run of a scenario comes to, and the medians and ratios of several."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figures:
    """None: not measured there. Seconds to visible count from the last byte sent."""

    seconds: float
    mib_per_second: float
    uploads_per_second: float
    cpu_seconds_per_gib: float
    postgres_cpu_seconds_per_gib: float | None
    client_cpu_seconds_per_gib: float
    store_cpu_seconds_per_gib: float | None
    peak_rss_mib: float
    visible_seconds: float | None
    completing_seconds: float | None
    chunk_p50_seconds: float | None
    chunk_p99_seconds: float | None


Pick = Callable[[Figures], float | None]


def median(runs: Sequence[Figures], pick: Pick) -> float | None:
    values = [value for run in runs if (value := pick(run)) is not None]
    return statistics.median(values) if values else None


def percentile(values: Sequence[float], share: float) -> float | None:
    """The smallest value that this share of them does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else None


def paired_ratio(ours: Sequence[Figures], peer: Sequence[Figures], pick: Pick) -> float | None:
    """The median of ours / theirs, each pair from the same round."""
    ratios = [
        mine / theirs
        for one, other in zip(ours, peer, strict=False)
        if (mine := pick(one)) is not None and (theirs := pick(other))
    ]
    return statistics.median(ratios) if ratios else None
