"""The page tells what was measured, how, and whether it may be believed."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path

from benchmarks.contestants.names import OURS, TUSD_TUNED
from benchmarks.page.write import write
from tests.benchmarks.results import at, outcome, results

_RACE = outcome("put-4x8", {OURS: at(500, 510), TUSD_TUNED: at(250, 510)})


def _page(folder: Path, load: float = 0) -> str:
    write(results(_RACE, load=load), folder)
    return (folder / "performance.md").read_text()


def test_it_tells_medians_ratios_and_targets(tmp_path: Path) -> None:
    page = _page(tmp_path)
    assert "| tusd, tuned | **380** | 250–510 | 1.50 |" in page
    assert "| 4 connections × 8 MiB: times tusd, tuned | ≥ 1 × | 1.5 × | met |" in page
    assert "| tusd | left out: nobody built it |" in page


def test_it_tells_how_far_from_the_floor_this_service_is(tmp_path: Path) -> None:
    """It takes 2 CPU s/GiB where copies take half a second."""
    page = _page(tmp_path)
    assert "| a copy | 2000 | 0.50 |" in page
    assert "takes 2.00 CPU s/GiB, 4.00 times the floor, and PostgreSQL 0.50" in page


def test_it_warns_of_figures_from_a_machine_that_was_busy(tmp_path: Path) -> None:
    assert "do not publish" in _page(tmp_path, load=3)
    assert "do not publish" not in _page(tmp_path, load=0.1)


def test_a_row_that_failed_says_why(tmp_path: Path) -> None:
    row = outcome("seaweed-4x8", {})
    row.failures["SeaweedFS"] = "it did not start"
    write(results(row), tmp_path)
    assert "- SeaweedFS failed: it did not start" in (tmp_path / "performance.md").read_text()


def test_its_plots_are_there_and_suit_light_and_dark_pages(tmp_path: Path) -> None:
    page = _page(tmp_path)
    plots = list(tmp_path.glob("*.svg"))
    assert plots
    for plot in plots:
        assert f"({plot.name})" in page
        ET.parse(plot)
        assert "prefers-color-scheme: dark" in plot.read_text()


def test_plots_of_an_earlier_run_are_gone(tmp_path: Path) -> None:
    old = tmp_path / "performance-gone.svg"
    old.write_text("")
    _page(tmp_path)
    assert not old.exists()


def test_every_round_is_in_the_document() -> None:
    document = json.loads(json.dumps(results(_RACE, load=3).document()))
    assert document["quiet"] is False
    speeds = [run["mib_per_second"] for run in document["rows"]["put-4x8"]["runs"][OURS]]
    assert speeds == [500, 510]
