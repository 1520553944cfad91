"""The receivers of events as operators see them, and taking a disabled one into use again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import structlog

from chunk_service.domain.errors import NotFound

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class EndpointStatus:
    """`disabled_at`: since it answered 410 nothing is sent; what is `pending` waits."""

    name: str
    is_configured: bool
    disabled_at: datetime | None
    pending: int
    dead: int


class Rows(Protocol):
    async def list(self) -> Sequence[EndpointStatus]: ...
    async def enable(self, endpoint: str) -> int | None: ...


@dataclass(frozen=True, slots=True)
class TendEndpoints:
    rows: Rows

    async def __call__(self) -> Sequence[EndpointStatus]:
        return await self.rows.list()

    async def enable(self, endpoint: str) -> int:
        """How many deliveries go out now."""
        woken = await self.rows.enable(endpoint)
        if woken is None:
            raise NotFound("There is no such disabled endpoint.")
        log.info("endpoint enabled", endpoint=endpoint, deliveries=woken)
        return woken
