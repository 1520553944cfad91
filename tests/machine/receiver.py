"""The main service, as a port of the delivery: it takes, refuses, or takes and is not heard."""

from dataclasses import dataclass, field
from enum import StrEnum

from chunk_service.usecases.deliver_event import Delivery, Outcome
from tests.machine.steps import Died


class Reception(StrEnum):
    TAKEN = "taken"
    REFUSED = "refused"
    UNHEARD = "taken, and the worker died"


@dataclass
class Receiver:
    mood: Reception = Reception.TAKEN
    got: dict[str, set[bytes]] = field(default_factory=dict)

    async def post(self, delivery: Delivery) -> Outcome:
        if self.mood is not Reception.REFUSED:
            self.got.setdefault(delivery.event_id, set()).add(delivery.payload)
        if self.mood is Reception.UNHEARD:
            raise Died
        status = 503 if self.mood is Reception.REFUSED else 204
        return Outcome(status=status, error=None, excerpt=None, duration_ms=1, retry_after=None)

    def check(self) -> None:
        """All deliveries of one id are byte-identical."""
        assert all(len(bodies) == 1 for bodies in self.got.values())
