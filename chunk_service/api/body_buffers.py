"""Buffers that bodies are read into, used again as soon as nobody looks at their bytes.

Whoever is handed a view keeps the buffer for as long as the view or a slice of it lives, and need
not give it back: a bytearray refuses to change its size while there are views of it. The more
bodies come at a time, the smaller their buffers: large ones save turns between threads, which is
worth nothing where many clients share what there is.
"""

from collections import deque
from typing import Final

BUFFERS_KEY: Final = "body_buffers"

LARGEST_BYTES: Final = 2 * 1024 * 1024
SMALLEST_BYTES: Final = 64 * 1024
BUDGET_BYTES: Final = 32 * 1024 * 1024
MOST_KEPT: Final = 64
# One that is filled, one that waits for its reader, one that is written to the disk.
_BUFFERS_PER_BODY: Final = 3


class BodyBuffers:
    def __init__(self) -> None:
        self.kept: deque[bytearray] = deque(maxlen=MOST_KEPT)
        self._bodies = 0

    def take(self) -> bytearray:
        """One that is nobody else's, until it is given."""
        self._bodies += 1
        size_bytes = self._size_bytes()
        for _ in range(len(self.kept)):
            buffer = self.kept.popleft()
            if _is_looked_at(buffer):
                self.kept.append(buffer)
            elif len(buffer) == size_bytes:
                return buffer
        return bytearray(size_bytes)

    def give(self, buffer: bytearray) -> None:
        """There may still be views of it."""
        self._bodies -= 1
        self.kept.append(buffer)
        while sum(map(len, self.kept)) > BUDGET_BYTES:
            self.kept.popleft()

    def _size_bytes(self) -> int:
        share = BUDGET_BYTES // (_BUFFERS_PER_BODY * self._bodies)
        within = max(SMALLEST_BYTES, min(LARGEST_BYTES, share))
        return 1 << (within.bit_length() - 1)


def _is_looked_at(buffer: bytearray) -> bool:
    try:
        last = buffer.pop()
    except BufferError:
        return True
    buffer.append(last)
    return False
