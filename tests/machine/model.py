"""What the clients know: the bytes they have, what they were told, and what nobody has to keep.

`excused` are chunks that were damaged from outside: by a rotten file, or a store that forgot. They
may be reported missing, and then their bytes are taken back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Shape:
    """How a client cuts its file and what it declares of it at the beginning."""

    sizes: Sequence[int]
    chunk_size: int | None = None
    declares_total: bool = False
    relay: str = "eager"

    @property
    def members(self) -> dict[str, object]:
        total = sum(self.sizes) if self.declares_total else None
        declared = {"chunk_size": self.chunk_size, "total_size": total}
        return {name: value for name, value in declared.items() if value} | {"relay": self.relay}


@dataclass
class Known:
    """One upload, by its own client. `result`: what completing it was answered first."""

    id: str
    number: int
    shape: Shape
    acknowledged: set[int] = field(default_factory=set)
    excused: set[int] = field(default_factory=set)
    result: Mapping[str, Any] | None = None
    is_aborted: bool = False

    @property
    def chunks(self) -> list[bytes]:
        """No two chunks of the whole test have the same bytes."""
        return [
            bytes((7 * self.number + 31 * index + place) % 251 for place in range(size))
            for index, size in enumerate(self.shape.sizes)
        ]

    @property
    def content(self) -> bytes:
        return b"".join(self.chunks)

    @property
    def owed(self) -> set[int]:
        """Acknowledged and not excused: these the service must have."""
        return self.acknowledged - self.excused


@dataclass
class Model:
    """`begun`: by their idempotency keys, those without an answer yet among them."""

    begun: dict[str, Known | Shape] = field(default_factory=dict)

    @property
    def uploads(self) -> list[Known]:
        return [each for each in self.begun.values() if isinstance(each, Known)]

    def of(self, upload_id: str) -> Known | None:
        return next((each for each in self.uploads if each.id == upload_id), None)
