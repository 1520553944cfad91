"""What the doors for operators call: the use cases of events, their receivers, held files."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from chunk_service.domain.library import File
from chunk_service.usecases.find_events import EventDetails, EventFilter, EventSummary
from chunk_service.usecases.tend_endpoints import EndpointStatus


class Find(Protocol):
    async def __call__(self, wanted: EventFilter) -> Sequence[EventSummary]: ...
    async def read(self, event_id: str) -> EventDetails: ...


class Replay(Protocol):
    async def __call__(self, event_id: str, endpoint: str | None = None) -> Sequence[str]: ...
    async def dead(self, endpoint: str | None = None) -> int: ...


class Tend(Protocol):
    async def __call__(self) -> Sequence[EndpointStatus]: ...
    async def enable(self, endpoint: str) -> int: ...


class Hold(Protocol):
    async def __call__(self, key: str) -> File: ...
    async def release(self, key: str) -> File: ...


@dataclass(frozen=True, slots=True)
class Operators:
    find_events: Find
    replay_events: Replay
    endpoints: Tend
    holds: Hold
