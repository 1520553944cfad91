"""Whom an operator's replay reaches: all that were ever to be told, or the one that is named."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from chunk_service.domain.errors import NotFound, ValidationFailed
from chunk_service.domain.receivers import Subscription
from chunk_service.usecases.replay_events import ReplayEvents, Told

SUBSCRIPTIONS = [Subscription("main"), Subscription("failures", frozenset({"upload.failed"}))]
COMPLETED = Told("upload.completed", frozenset({"main", "callback:a.example"}))


@dataclass
class Rows:
    event: Told | None = COMPLETED
    replayed: list[Sequence[str]] = field(default_factory=list)

    async def told(self, event_id: str) -> Told | None:
        return self.event

    async def replay(self, event_id: str, endpoints: Sequence[str]) -> Sequence[str]:
        self.replayed.append(endpoints)
        return endpoints

    async def replay_dead(self, endpoint: str | None) -> int:
        return 3


async def test_all_who_were_to_be_told_are_told_again() -> None:
    told = await ReplayEvents(Rows(), SUBSCRIPTIONS)("msg_1")
    assert told == ["callback:a.example", "main"]


async def test_who_subscribed_since_is_told_too() -> None:
    subscriptions = [*SUBSCRIPTIONS, Subscription("new")]
    told = await ReplayEvents(Rows(), subscriptions)("msg_1")
    assert told == ["callback:a.example", "main", "new"]


@pytest.mark.parametrize("endpoint", ["main", "callback:a.example", "failures"])
async def test_one_endpoint_can_be_named(endpoint: str) -> None:
    """Also one that did not choose this type: the operator decides."""
    assert await ReplayEvents(Rows(), SUBSCRIPTIONS)("msg_1", endpoint) == [endpoint]


async def test_an_endpoint_that_does_not_exist_is_refused() -> None:
    rows = Rows()
    with pytest.raises(ValidationFailed):
        await ReplayEvents(rows, SUBSCRIPTIONS)("msg_1", "nobody")
    assert rows.replayed == []


async def test_an_event_that_does_not_exist_is_not_found() -> None:
    with pytest.raises(NotFound):
        await ReplayEvents(Rows(event=None), SUBSCRIPTIONS)("msg_1")
