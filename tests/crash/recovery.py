"""How long it takes from the end of a fault to the first request that succeeds after it."""

import time
from dataclasses import dataclass, field

ANYTHING = "anything"
COMPLETION = "completion"


@dataclass
class Recovery:
    """A stopwatch waits for one kind of success: by a server's name, a completion, or any."""

    seconds: list[float] = field(default_factory=list)
    _running: dict[str, float] = field(default_factory=dict)

    def disturbed(self, kind: str) -> None:
        """What was to be measured is gone: the next fault came first."""
        self._running.pop(kind, None)

    def healed(self, kind: str) -> None:
        self._running[kind] = time.monotonic()

    def succeeded(self, *kinds: str) -> None:
        now = time.monotonic()
        for kind in (ANYTHING, *kinds):
            if kind in self._running:
                self.seconds.append(now - self._running.pop(kind))

    def is_awaited(self, kind: str) -> bool:
        return kind in self._running

    def percentile(self, share: float) -> float:
        """Zero where nothing was measured."""
        ordered = sorted(self.seconds)
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else 0.0
