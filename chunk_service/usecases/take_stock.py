"""What the database says is open, waiting and owed, in one bounded question, for who watches.

None where it does not say so in time: no figure at all is better than a zero.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from chunk_service.domain.errors import ServiceError
from chunk_service.domain.states import State
from chunk_service.domain.uploads import SpoolId, Way

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SpoolStock:
    """`relay_lag_seconds`: for how long the oldest window that could go has been waiting."""

    id: SpoolId
    used_bytes: int
    oldest_chunk_seconds: float
    ready_windows: int
    relay_lag_seconds: float
    set_aside_windows: int


@dataclass(frozen=True, slots=True)
class DeliveryStock:
    """Events that an endpoint has not taken: still `pending`, or `dead` letters."""

    endpoint: str
    state: str
    count: int
    oldest_seconds: float


@dataclass(frozen=True, slots=True)
class Stock:
    """`spool` is None for a process without one; what is overdue counts from its due time."""

    live_uploads: Mapping[tuple[State, Way], int]
    oldest_completing_seconds: float
    clean_up_overdue_seconds: float
    deliveries: Sequence[DeliveryStock]
    disabled_endpoints: Sequence[str]
    spool: SpoolStock | None


class Rows(Protocol):
    async def take(self, spool_id: SpoolId | None) -> Stock: ...


@dataclass(frozen=True, slots=True)
class TakeStock:
    rows: Rows
    spool_id: SpoolId | None
    timeout_seconds: float = 2.0

    async def __call__(self) -> Stock | None:
        try:
            async with asyncio.timeout(self.timeout_seconds):
                return await self.rows.take(self.spool_id)
        except (ServiceError, TimeoutError) as error:
            log.warning("stock not taken", error=type(error).__name__)
            return None
