"""Wake-ups for the worker, enqueued inside our own transactions.

A job carries only an id. What is owed is in rows; a job that gets lost is made again by the sweep.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import cast
from uuid import UUID

import asyncpg
from pgqueuer.db import AsyncpgDriver
from pgqueuer.queries import Queries

from chunk_service.adapters.postgres.connected import Connected
from chunk_service.domain.receivers import lane


@dataclass(frozen=True, slots=True)
class WakeUp:
    """`attempt`: the one to come; two wake-ups for the same attempt are one.

    `hastened` ones are apart: they must not be taken for an earlier one that waits for its time.
    """

    delivery_id: UUID
    endpoint: str
    attempt: int
    after: timedelta | None = None
    hastened: bool = False

    @property
    def key(self) -> str:
        suffix = ".now" if self.hastened else ""
        return f"{self.delivery_id}.{self.attempt}{suffix}"


async def enqueue_deliveries(connected: Connected, wake_ups: Sequence[WakeUp]) -> None:
    """One job a delivery, committed or rolled back with everything else on `connected`."""
    if not wake_ups:
        return
    driver = AsyncpgDriver(cast("asyncpg.Connection", connected.connection))
    await Queries(driver).enqueue(
        [lane(each.endpoint) for each in wake_ups],
        [str(each.delivery_id).encode() for each in wake_ups],
        [0] * len(wake_ups),
        [each.after for each in wake_ups],
        [each.key for each in wake_ups],
        on_conflict="skip",
    )
