"""Which fault comes when: decks of all of them, shuffled by the seed, sometimes two at a time."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field

from tests.crash.faults import Faults

_MOST_AT_ONCE = 2
_LONGEST_PAUSE_SECONDS = 1.2


@dataclass
class Chaos:
    faults: Faults
    dice: random.Random
    done: Counter[str] = field(default_factory=Counter)

    async def run(self, kills: int) -> None:
        """Return when that many faults are over and healed."""
        table = self.faults.table()
        places = asyncio.Semaphore(_MOST_AT_ONCE)
        locks = {name: asyncio.Lock() for name in table}
        async with asyncio.TaskGroup() as group:
            for name in self._draw(kills):
                await places.acquire()
                group.create_task(self._one(name, locks[name], places))
                await asyncio.sleep(self.dice.uniform(0, _LONGEST_PAUSE_SECONDS))

    async def _one(self, name: str, lock: asyncio.Lock, places: asyncio.Semaphore) -> None:
        """The same fault twice at once would be healed by the first."""
        try:
            async with lock:
                await self.faults.table()[name][1]()
            self.done[name] += 1
        finally:
            places.release()

    def _draw(self, kills: int) -> list[str]:
        deck = [name for name, (count, _) in self.faults.table().items() for _ in range(count)]
        drawn: list[str] = []
        while len(drawn) < kills:
            drawn += self.dice.sample(deck, len(deck))
        return drawn[:kills]
