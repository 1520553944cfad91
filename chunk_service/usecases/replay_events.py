"""Tell an event again, as often as a new one would be: the same id and the same bytes.

Also to receivers that were not yet there when it happened. What is being attempted right now is
left to that attempt.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from chunk_service.domain.errors import NotFound, ValidationFailed
from chunk_service.domain.receivers import Subscription, recipients

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Told:
    """An event's type and the endpoints that have a delivery of it."""

    event_type: str
    endpoints: frozenset[str]


class Rows(Protocol):
    async def told(self, event_id: str) -> Told | None: ...
    async def replay(self, event_id: str, endpoints: Sequence[str]) -> Sequence[str]: ...
    async def replay_dead(self, endpoint: str | None) -> int: ...


@dataclass(frozen=True, slots=True)
class ReplayEvents:
    rows: Rows
    subscriptions: Sequence[Subscription]

    async def __call__(self, event_id: str, endpoint: str | None = None) -> Sequence[str]:
        """The endpoints that will be told again; all that ever were to be, or the one."""
        told = await self.rows.told(event_id)
        if told is None:
            raise NotFound("There is no such event.")
        replayed = await self.rows.replay(event_id, self._endpoints(told, endpoint))
        log.info("event replayed", event_id=event_id, endpoints=list(replayed))
        return replayed

    async def dead(self, endpoint: str | None = None) -> int:
        """Try every dead letter again, of all endpoints or the one; how many there were."""
        replayed = await self.rows.replay_dead(endpoint)
        log.info("dead letters replayed", endpoint=endpoint, deliveries=replayed)
        return replayed

    def _endpoints(self, told: Told, endpoint: str | None) -> list[str]:
        subscribed = recipients(self.subscriptions, told.event_type)
        if endpoint is None:
            return sorted(told.endpoints | {each.endpoint for each in subscribed})
        if endpoint not in told.endpoints | {each.endpoint for each in self.subscriptions}:
            raise ValidationFailed("There is no such endpoint.")
        return [endpoint]
