"""A service that loses its patience within two seconds, on the shared deployment.

Whatever a test does to it, no connection and no request may be left behind.
"""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.service.deployment import Deployment
from tests.service.running import RunningService, running
from tests.service.waiting import until

MAX_CONNECTIONS = 40
MAX_HEADER_BYTES = 16 * 1024


@pytest.fixture(scope="session")
def _hasty(deployment: Deployment) -> Iterator[RunningService]:
    settings = deployment.settings(
        header_timeout="2s",
        idle_timeout="1s",
        send_timeout="1s",
        body_idle_timeout="1.5s",
        body_grace="2s",
        body_min_rate="1MiB",
        max_connections=str(MAX_CONNECTIONS),
        max_header_bytes=str(MAX_HEADER_BYTES),
    )
    with running(settings) as service:
        yield service


@pytest.fixture
async def hasty(_hasty: RunningService) -> AsyncIterator[RunningService]:
    async def left() -> int:
        return _hasty.open_connections + _hasty.requests_in_work + _hasty.checked_out_connections

    yield _hasty
    await until(left, lambda count: count == 0)
