"""Whether the machine is quiet enough for figures to be believed."""

import os
from dataclasses import dataclass

_QUIET_LOAD = 0.5


@dataclass(frozen=True, slots=True)
class Noise:
    """The load average of the last minute, before anything was started."""

    load: float

    @classmethod
    def now(cls) -> "Noise":
        return cls(os.getloadavg()[0])

    @property
    def is_quiet(self) -> bool:
        return self.load < _QUIET_LOAD

    def __str__(self) -> str:
        if self.is_quiet:
            return f"load average at start {self.load:.2f}: quiet"
        return (
            f"load average at start {self.load:.2f}: something else runs on this machine, "
            "do not publish these figures"
        )
