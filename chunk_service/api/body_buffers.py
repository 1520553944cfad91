"""Buffers that bodies are read into, used again as soon as nobody looks at their bytes.

Whoever is handed a view keeps the buffer for as long as the view or a slice of it lives, and need
not give it back: a bytearray refuses to change its size while there are views of it. Large ones
save turns between threads, so a few bodies at a time have the largest, two or three each. Many read
no further ahead than one, of half that size at most; the more there are, the smaller it is.
"""

from collections import deque
from typing import Final

BUFFERS_KEY: Final = "body_buffers"

LARGEST_BYTES: Final = 4 * 1024 * 1024
FEW_BODIES: Final = 4
SMALLEST_BYTES: Final = 64 * 1024
BUDGET_BYTES: Final = 32 * 1024 * 1024
MOST_KEPT: Final = 64
# Who looks for longer might as well have a new one.
MOST_LOOKED_AT: Final = 4


class BodyBuffers:
    def __init__(self) -> None:
        self.kept: deque[bytearray] = deque(maxlen=MOST_KEPT)
        # Those that are on their way in.
        self.bodies: set[object] = set()

    def take(self) -> bytearray:
        """One that is nobody else's, until it is given."""
        size_bytes = self._size_bytes()
        for _ in range(min(len(self.kept), MOST_LOOKED_AT)):
            buffer = self.kept.popleft()
            if is_looked_at(buffer):
                self.kept.append(buffer)
            elif len(buffer) == size_bytes:
                return buffer
        return bytearray(size_bytes)

    def give(self, buffer: bytearray) -> None:
        """There may still be views of it."""
        self.kept.append(buffer)
        while sum(map(len, self.kept)) > BUDGET_BYTES:
            self.kept.popleft()

    def _size_bytes(self) -> int:
        if len(self.bodies) <= FEW_BODIES:
            return LARGEST_BYTES
        share = BUDGET_BYTES // len(self.bodies)
        within = max(SMALLEST_BYTES, min(LARGEST_BYTES // 2, share))
        return 1 << (within.bit_length() - 1)


def is_looked_at(buffer: bytearray) -> bool:
    try:
        last = buffer.pop()
    except BufferError:
        return True
    buffer.append(last)
    return False
