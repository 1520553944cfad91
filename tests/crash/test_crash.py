"""A short crash loop, with the same lots every time; `make crash` runs it at length."""

from pathlib import Path

import pytest

from tests.crash.loop import crash

_KILLS = 20
_SEED = 7


@pytest.mark.timeout(600)
@pytest.mark.survives(
    "Processes are killed, stopped and cut off all the time, with disk, store and database",
    "Nothing acknowledged is lost, no file is doubled, nothing is left behind",
)
async def test_nothing_is_lost_to_crashes(tmp_path: Path) -> None:
    report = await crash(tmp_path, kills=_KILLS, seed=_SEED)
    assert report.findings == []
    assert report.chaos.done.total() == _KILLS
    assert report.verdict.states["stored"] > 0
