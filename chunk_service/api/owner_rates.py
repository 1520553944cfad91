"""How often each owner has asked this process lately, in bounded memory.

An owner whose bucket is full again is forgotten, which changes nothing. Should more owners than we
remember ask at once, those who asked longest ago get a full bucket too early.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from chunk_service.domain.rates import Rate, take

MOST_OWNERS: Final = 100_000


class OwnerRates:
    def __init__(
        self,
        rate: Rate | None,
        *,
        clock: Callable[[], float] = time.monotonic,
        most_owners: int = MOST_OWNERS,
    ) -> None:
        """Without a rate nobody has to wait."""
        self._rate = rate
        self._clock = clock
        self._most_owners = most_owners
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._full_at)

    def take(self, owner: str) -> float:
        """Seconds that the owner must wait before asking again; 0 where this request is fine."""
        if self._rate is None:
            return 0.0
        now = self._clock()
        taken = take(self._rate, self._full_at.get(owner, now), now)
        self._full_at[owner] = taken.full_at
        self._full_at.move_to_end(owner)
        self._forget(now)
        return taken.wait_seconds

    def _forget(self, now: float) -> None:
        while len(self._full_at) > self._most_owners:
            self._full_at.popitem(last=False)
        for _ in range(2):
            owner, full_at = next(iter(self._full_at.items()))
            if full_at > now:
                return
            del self._full_at[owner]
