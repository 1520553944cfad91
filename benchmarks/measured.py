"""Single numbers of a run, for the targets: ratios within rounds, medians, shares of a limit.

None is what a run did not measure.
"""

import statistics
from collections.abc import Callable, Sequence

from benchmarks.contestants.names import OURS, PEERS, SYNCED
from benchmarks.figures import Figures, Pick, median, paired_ratio
from benchmarks.results import Results
from benchmarks.round_trips import PER_CHUNK
from benchmarks.rounds import Outcome
from benchmarks.scenarios import FAR_MBIT, FAR_ROUND_TRIP_MS
from benchmarks.sizes import MIB
from chunk_service.settings.storage import RelaySettings

Measure = Callable[[Results], float | None]
Ahead = tuple[str, str, float]

_FILE = "file-"
_COMPARED_FROM = "file-64-mib"
_NOT_RACED = ("put-4x8", "put-1x8", "request", "far-visible")
FAR_CONNECTIONS: int = RelaySettings.model_fields["relay_concurrency"].default
_FAR_MIB_PER_SECOND = FAR_MBIT * 1e6 / 8 / MIB
_PART_MIB = 8
FAR_CARRIED_MIB_PER_SECOND = FAR_CONNECTIONS * _FAR_MIB_PER_SECOND
FAR_VISIBLE_MS = _PART_MIB / _FAR_MIB_PER_SECOND * 1000 + 2 * FAR_ROUND_TRIP_MS


def speed(run: Figures) -> float:
    return run.mib_per_second


def rate(run: Figures) -> float:
    return run.uploads_per_second


def cpu(run: Figures) -> float:
    return run.cpu_seconds_per_gib


def times(row: str, peer: str, pick: Pick = speed, *, ours: str = OURS) -> Measure:
    """Ours by the peer's, in one row."""
    return lambda results: paired_ratio(_runs(results, row, ours), _runs(results, row, peer), pick)


def between_rows(row: str, other: str, pick: Pick) -> Measure:
    """Ours in one row by ours in another of the same block."""
    return lambda results: paired_ratio(
        _runs(results, row, OURS), _runs(results, other, OURS), pick
    )


def ahead(results: Results) -> list[Ahead]:
    """Row, peer and how many times its rate ours is, where it is less than that, in those rows
    that have no bounds of their own."""
    found = []
    for outcome in results.outcomes:
        if outcome.scenario.key not in _NOT_RACED:
            pick = rate if outcome.scenario.is_small else speed
            for peer in PEERS:
                ratio = times(outcome.scenario.key, peer, pick)(results)
                if ratio is not None and ratio < 1:
                    found.append((outcome.scenario.name, peer, ratio))
    return found


def peers_ahead(results: Results) -> float | None:
    compared = [each for each in results.outcomes if set(each.runs) & set(PEERS)]
    return len(ahead(results)) if compared else None


def peak_rss_mib(row: str, name: str) -> Measure:
    return lambda results: _most(_runs(results, row, name), lambda run: run.peak_rss_mib)


def above_idle_mib(row: str, name: str) -> Measure:
    def measure(results: Results) -> float | None:
        outcome, peak = results.outcome(row), peak_rss_mib(row, name)(results)
        return None if outcome is None or peak is None else peak - outcome.idle_rss_mib[name]

    return measure


def memory_grows_mib(results: Results) -> float | None:
    sizes = _compared_sizes(results, lambda run: run.peak_rss_mib)
    return sizes[-1] - sizes[0] if sizes else None


def slowest_completing_ms(results: Results) -> float | None:
    medians = [
        value * 1000
        for each in _file_rows(results)
        if (value := median(each.runs.get(OURS, []), lambda run: run.completing_seconds))
    ]
    return max(medians, default=None)


def completing_grows(results: Results) -> float | None:
    sizes = _compared_sizes(results, lambda run: run.completing_seconds)
    return sizes[-1] / sizes[0] if sizes else None


def uploads_per_second(row: str, name: str) -> Measure:
    return lambda results: median(_runs(results, row, name), rate)


def share_of_disk(results: Results) -> float | None:
    outcome = results.outcome("put-4x8")
    disk = outcome.disk_mib_per_second if outcome else []
    shares = [
        run.mib_per_second / alone
        for run, alone in zip(_runs(results, "put-4x8", SYNCED), disk, strict=False)
    ]
    return statistics.median(shares) if shares else None


def round_trips_per_chunk(results: Results) -> float | None:
    return next((one.each for one in results.database.counted if one.what == PER_CHUNK), None)


def asked_while_reading(results: Results) -> float | None:
    reading = results.database.while_reading
    return None if reading is None else reading.asked_by_requests


def share_of_line(results: Results) -> float | None:
    mib_per_second = median(_runs(results, "far-4x8", OURS), speed)
    return None if mib_per_second is None else mib_per_second / FAR_CARRIED_MIB_PER_SECOND


def visible_far_ms(results: Results) -> float | None:
    seconds = median(_runs(results, "far-visible", OURS), lambda run: run.visible_seconds)
    return None if seconds is None else seconds * 1000


def _runs(results: Results, row: str, name: str) -> Sequence[Figures]:
    outcome = results.outcome(row)
    return outcome.runs.get(name, []) if outcome else []


def _most(runs: Sequence[Figures], pick: Callable[[Figures], float]) -> float | None:
    return max(map(pick, runs), default=None)


def _file_rows(results: Results) -> list[Outcome]:
    """By size."""
    rows = [each for each in results.outcomes if each.scenario.key.startswith(_FILE)]
    return sorted(rows, key=lambda each: each.scenario.size_bytes)


def _compared_sizes(results: Results, pick: Pick) -> list[float]:
    """The medians of the sizes that are to be alike; none where there are not two."""
    rows = _file_rows(results)
    keys = [each.scenario.key for each in rows]
    chosen = rows[keys.index(_COMPARED_FROM) :] if _COMPARED_FROM in keys else []
    medians = [median(each.runs.get(OURS, []), pick) for each in chosen]
    known = [value for value in medians if value is not None]
    return known if len(known) > 1 else []
