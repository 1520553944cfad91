"""A service that loses its patience within tenths of a second, on the shared deployment."""

from collections.abc import Iterator

import pytest

from tests.service.deployment import Deployment
from tests.service.running import RunningService, running

MAX_CONNECTIONS = 40
MAX_HEADER_BYTES = 16 * 1024


@pytest.fixture(scope="session")
def hasty(deployment: Deployment) -> Iterator[RunningService]:
    settings = deployment.settings(
        header_timeout="0.3s",
        idle_timeout="0.5s",
        send_timeout="0.5s",
        body_idle_timeout="0.3s",
        body_grace="0.6s",
        body_min_rate="1MiB",
        max_connections=str(MAX_CONNECTIONS),
        max_header_bytes=str(MAX_HEADER_BYTES),
    )
    with running(settings) as service:
        yield service
