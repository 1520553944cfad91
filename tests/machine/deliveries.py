"""A worker's round over the deliveries that are due, as often as the queue would wake it."""

from contextlib import suppress
from uuid import UUID

from chunk_service.adapters.postgres.delivering import DeliveringRows
from chunk_service.usecases.deliver_event import DeliverEvent
from tests.machine.steps import Died
from tests.machine.world import World

_DUE = "SELECT id FROM deliveries WHERE state = 'pending' ORDER BY event_id"


async def deliver_due(world: World) -> None:
    deliver = DeliverEvent(DeliveringRows(world.site.database), world.receiver, lambda: 0.5)
    for row in await world.site.pool.fetch(_DUE):
        with suppress(Died):
            await deliver(UUID(str(row["id"])))
