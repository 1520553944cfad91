"""Ask the outside parts whether they are there; database and spool are enough to take chunks."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

import structlog

from chunk_service.domain.errors import DatabaseUnavailable

log = structlog.get_logger(__name__)

Probe = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Health:
    database: bool
    spool: bool
    storage: bool
    stopping: bool
    draining: bool = False

    @property
    def ready(self) -> bool:
        return self.database and self.spool and not self.stopping and not self.draining

    @property
    def degraded(self) -> bool:
        return not self.storage


@dataclass(frozen=True, slots=True)
class CheckHealth:
    """Each probe raises where its part does not answer.

    Whether the spool drains is in the database: who can't reach it is not ready anyway.
    """

    database: Probe
    spool: Probe
    storage: Probe
    is_stopping: Callable[[], bool]
    is_draining: Callable[[], Awaitable[bool]]
    timeout_seconds: float = 3.0

    async def __call__(self) -> Health:
        probes: Mapping[str, Probe] = {
            "database": self.database,
            "spool": self.spool,
            "storage": self.storage,
        }
        answers = await asyncio.gather(*(self._ask(*each) for each in probes.items()))
        found = dict(zip(probes, answers, strict=True))
        draining = found["database"] and await self._draining()
        return Health(stopping=self.is_stopping(), draining=draining, **found)

    async def _draining(self) -> bool:
        with suppress(DatabaseUnavailable, TimeoutError):
            async with asyncio.timeout(self.timeout_seconds):
                return await self.is_draining()
        return False

    async def _ask(self, name: str, probe: Probe) -> bool:
        try:
            async with asyncio.timeout(self.timeout_seconds):
                await probe()
        except Exception as error:  # noqa: BLE001 - whatever it is, the part is not healthy
            log.warning("probe failed", part=name, reason=type(error).__name__)
            return False
        return True
