"""A small storm with every run of the tests; `make storm` is the large one."""

from pathlib import Path

import pytest

from tests.events.storm import Plan, storm
from tests.service.deployment import Deployment

PLAN = Plan(completions=60, doomed=2)


@pytest.mark.timeout(300)
@pytest.mark.survives(
    "Workers are killed all the time, and the receiver fails, hangs, resets and loses answers",
    "Every event is taken at least once, to the byte; dead letters are listed and replayed",
)
async def test_every_event_is_told_through_a_storm(deployment: Deployment, tmp_path: Path) -> None:
    figures = await storm(PLAN, deployment, tmp_path)
    assert figures.workers_killed > 0
    assert figures.requests > figures.events
