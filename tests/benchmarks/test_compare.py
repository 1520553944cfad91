"""Two results are compared by their medians, where both have a row."""

from typing import Any

from benchmarks.compare import compared


def _run(mib_per_second: float, visible_seconds: float | None = None) -> dict[str, Any]:
    return {
        "mib_per_second": mib_per_second,
        "uploads_per_second": 7,
        "cpu_seconds_per_gib": 2,
        "postgres_cpu_seconds_per_gib": None,
        "peak_rss_mib": 90,
        "visible_seconds": visible_seconds,
        "completing_seconds": None,
    }


def _document(*runs: dict[str, Any], small: bool = False) -> dict[str, Any]:
    row = {"small": small, "runs": {"ours": list(runs)}}
    return {"rows": {"a row": row}, "round_trips": {"a chunk": 4}}


def test_the_ratio_is_that_of_the_medians() -> None:
    before = _document(_run(100), _run(200), _run(9))
    after = _document(_run(150), _run(160), _run(1))
    first = next(compared(before, after))
    assert (first.row, first.contestant, first.figure) == ("a row", "ours", "MiB/s")
    assert (first.before, first.after, first.ratio) == (100, 150, 1.5)


def test_what_one_of_them_has_not_is_left_out() -> None:
    titles = [each.figure for each in compared(_document(_run(1)), _document(_run(1, 0.5)))]
    assert titles == ["MiB/s", "CPU s/GiB", "peak RSS, MiB", "round trips"]
    assert list(compared(_document(_run(1)), {"rows": {}, "round_trips": {}})) == []


def test_small_files_are_compared_by_uploads() -> None:
    small = _document(_run(1), small=True)
    assert next(compared(small, small)).figure == "uploads/s"
