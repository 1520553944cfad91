"""Instances in the test's own loop, uploads in miniature; what dies or waits is told by name.

The stage is that of the state machine; here each scenario is played on purpose, and ends with every
upload at its end and nothing left.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from typing import Protocol

import pytest

from tests.doubles.s3.double import S3Double
from tests.fixtures.quiet import quiet_logging
from tests.machine.healing import finish, heal
from tests.machine.site import Site, open_site
from tests.machine.world import World
from tests.service.recovery.scene import Scene

PATIENT = {"complete_wait": timedelta(seconds=10)}


class OpenScene(Protocol):
    def __call__(self, instances: int, **changes: object) -> AbstractAsyncContextManager[Scene]: ...


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    with quiet_logging():
        yield


@pytest.fixture
async def site(database_url: str, s3_double: S3Double) -> AsyncIterator[Site]:
    async with open_site(database_url, s3_double) as site:
        yield site


@pytest.fixture
def opened(site: Site) -> OpenScene:
    """A scene with so many instances and settings that differ; it ends well or the test fails."""

    @asynccontextmanager
    async def open_scene(instances: int, **changes: object) -> AsyncIterator[Scene]:
        world = await World.begin(site, instances=instances, **(PATIENT | changes))
        try:
            yield Scene(world)
            await heal(world)
            await finish(world)
        finally:
            await world.end()

    return open_scene


@pytest.fixture
async def scene(opened: OpenScene) -> AsyncIterator[Scene]:
    """Two instances on one spool."""
    async with opened(2) as scene:
        yield scene
