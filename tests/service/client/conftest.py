"""The client against the shared service, and by way of a line that can be spoiled.

Its state lies in a folder of the test's own, its waits are short.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import pytest

from chunk_service.client.patience import Patience
from chunk_service.client.service import Client, Options
from chunk_service.client.tokens import Tokens
from tests.doubles.fault_proxy import FaultProxy
from tests.service.deployment import Deployment
from tests.service.running import RunningService
from tests.service.tokens import token
from tests.service.waiting import until

OWNER = "alice"
HASTY = Patience(
    give_up_after_seconds=20,
    timeout_seconds=2,
    first_pause_seconds=0.02,
    longest_pause_seconds=0.2,
)


class Opening(Protocol):
    def __call__(
        self, *, url: str | None = None, tokens: Tokens | None = None, patience: Patience = HASTY
    ) -> AbstractAsyncContextManager[Client]: ...


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def opened(service: RunningService, state: Path) -> Opening:
    def open_client(
        *, url: str | None = None, tokens: Tokens | None = None, patience: Patience = HASTY
    ) -> AbstractAsyncContextManager[Client]:
        options = Options(patience=patience, state_folder=state)
        return Client.open(url or service.url, tokens or Tokens.fixed(token(OWNER)), options)

    return open_client


@pytest.fixture
async def client(opened: Opening) -> AsyncIterator[Client]:
    async with opened() as client:
        yield client


@pytest.fixture
def line(service: RunningService) -> Iterator[FaultProxy]:
    parts = urlsplit(service.url)
    proxy = FaultProxy.start(parts.hostname or "", parts.port or 0)
    yield proxy
    proxy.stop()


@pytest.fixture
async def lined(opened: Opening, line: FaultProxy) -> AsyncIterator[Client]:
    """A client that reaches the service by the line."""
    async with opened(url=f"http://{line.host}:{line.port}") as client:
        yield client


@pytest.fixture(autouse=True)
async def nothing_left(deployment: Deployment) -> AsyncIterator[None]:
    yield
    await until(deployment.leftovers, lambda left: not left)
