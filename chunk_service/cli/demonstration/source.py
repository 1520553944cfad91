"""The file that the demonstration sends: somebody's own, or random bytes made for it."""

import dataclasses
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Self

_PIECE_BYTES = 4 * 1024**2

Advance = Callable[[int], None]


@dataclasses.dataclass(frozen=True, slots=True)
class SourceFile:
    """`sha256` is in hex."""

    path: Path
    size_bytes: int
    sha256: str

    @classmethod
    def of(cls, path: Path, *, advance: Advance) -> Self:
        """Read it once; `advance` is told the bytes of each piece. Raises OSError."""
        digest = hashlib.sha256()
        size_bytes = 0
        with path.open("rb") as file:
            while piece := file.read(_PIECE_BYTES):
                digest.update(piece)
                size_bytes += len(piece)
                advance(len(piece))
        return cls(path, size_bytes, digest.hexdigest())


def write_sample(path: Path, *, size_bytes: int) -> None:
    """Random bytes: nothing on the way can make them smaller."""
    with path.open("wb") as file:
        for offset in range(0, size_bytes, _PIECE_BYTES):
            file.write(os.urandom(min(_PIECE_BYTES, size_bytes - offset)))
