"""What closing an upload is made of: its parts as rows know them, and how far a try came."""

from dataclasses import dataclass
from enum import StrEnum

from chunk_service.domain.objects import SentPart
from chunk_service.domain.uploads import Digest


@dataclass(frozen=True, slots=True)
class PartRow:
    number: int
    sent: SentPart | None
    digest: Digest | None


class Closed(StrEnum):
    """`over`: no longer completing. `waiting`: for parts. `busy`: another process is at it."""

    OVER = "over"
    WAITING = "waiting"
    BUSY = "busy"
