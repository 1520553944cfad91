"""Each target is read from the results: met, not met, or not measured."""

import dataclasses

import pytest

from benchmarks.contestants.names import OURS, SYNCED, TUSD_TUNED
from benchmarks.figures import Figures
from benchmarks.measured import ahead
from benchmarks.results import Results
from benchmarks.round_trips import PER_CHUNK, Counted, Database
from benchmarks.targets import TARGETS, reached
from benchmarks.while_reading import WhileReading
from tests.benchmarks.results import FIGURES, at, outcome, results


def _met(run: Results) -> dict[str, bool | None]:
    return {each.target.text: each.met for each in reached(run)}


def test_nothing_is_met_that_was_not_measured() -> None:
    assert set(_met(results()).values()) == {None}
    assert len(_met(results())) == len(TARGETS)


def test_a_ratio_is_held_to_its_bound() -> None:
    text = f"4 connections × 8 MiB: times {TUSD_TUNED}"
    level = outcome("put-4x8", {OURS: at(500, 510), TUSD_TUNED: at(500, 505)})
    behind = outcome("put-4x8", {OURS: at(490, 500), TUSD_TUNED: at(500, 505)})
    assert _met(results(level))[text] is True
    assert _met(results(behind))[text] is False


def test_a_peer_that_is_ahead_in_another_row_is_named() -> None:
    run = results(outcome("put-4x1", {OURS: at(100, 90), TUSD_TUNED: at(200, 180)}))
    assert ahead(run) == [("4 connections × 1 MiB", TUSD_TUNED, 0.5)]
    assert _met(run)["peers ahead in any other row"] is False


def test_forms_are_compared_with_bare_chunks_round_by_round() -> None:
    bare, forms = outcome("put-4x8", {OURS: at(100, 50)}), outcome("form-4x8", {OURS: at(90, 45)})
    assert _met(results(bare, forms))["rate of chunks as forms: times bare chunks"] is True


@pytest.mark.parametrize(("peak", "met"), [(145, True), (150, False)])
def test_memory_above_idle_is_the_most_of_all_rounds(peak: float, met: bool) -> None:
    """Idle it had 50 MiB."""
    runs = [dataclasses.replace(FIGURES, peak_rss_mib=mib) for mib in (100, peak)]
    found = _met(results(outcome("at-once-64", {OURS: runs})))
    assert found["above idle at 64 uploads at once, chunk-service"] is met
    assert found["peak memory at 64 uploads at once, chunk-service"] is True


def test_completing_must_be_quick_and_as_quick_for_the_largest_file() -> None:
    def file(key: str, seconds: float) -> list[Figures]:
        return [dataclasses.replace(FIGURES, completing_seconds=seconds)]

    rows = {"file-64-mib": 0.01, "file-1024-mib": 0.012, "file-8192-mib": 0.02}
    found = _met(
        results(*(outcome(key, {OURS: file(key, seconds)}) for key, seconds in rows.items()))
    )
    assert found["the completing call, p50, any size"] is True
    assert found["completing the largest file: times that of 64 MiB"] is False


def test_writing_with_fsync_is_compared_with_the_disk_of_the_same_round() -> None:
    row = outcome("put-4x8", {SYNCED: at(90, 50)})
    row.disk_mib_per_second += [100, 60]
    assert _met(results(row))["fsync on: share of what the disk alone gives"] is True


def test_what_is_asked_of_the_database_is_held_to_its_bounds() -> None:
    counted = [Counted(PER_CHUNK, 3.2, [])]
    asked = Database(counted, 4.0, WhileReading(3.0, 12, [("SELECT 1", 8)]))
    found = _met(results(database=asked))
    assert found["round trips to the database per chunk"] is False
    assert found["round trips of requests while their bodies are read"] is False
    quiet = Database(counted, 4.0, WhileReading(3.0, 12, []))
    assert (
        _met(results(database=quiet))["round trips of requests while their bodies are read"] is True
    )


def test_far_away_the_configured_connections_are_the_limit() -> None:
    """Four of 100 Mbit/s carry 47.7 MiB/s."""
    text = "far: share of what the connections carry"
    assert _met(results(outcome("far-4x8", {OURS: at(43)})))[text] is True
    assert _met(results(outcome("far-4x8", {OURS: at(42)})))[text] is False
