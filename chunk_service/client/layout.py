"""How a file of known size is cut into chunks, so that any replica may take any of them."""

from dataclasses import dataclass
from typing import Final

from chunk_service.domain.plan import MIB, base_part_size

LARGEST_CHUNK_BYTES: Final = 64 * MIB
PIPE_CHUNK_BYTES: Final = base_part_size(None)


@dataclass(frozen=True, slots=True)
class Layout:
    size_bytes: int
    chunk_bytes: int

    @property
    def count(self) -> int:
        """An empty file is one empty chunk."""
        return max(1, -(-self.size_bytes // self.chunk_bytes))

    def place(self, index: int) -> tuple[int, int]:
        """Offset and length of that chunk."""
        offset = index * self.chunk_bytes
        return offset, min(self.chunk_bytes, self.size_bytes - offset)


def layout_of(size_bytes: int, *, most_chunk_bytes: int = LARGEST_CHUNK_BYTES) -> Layout:
    """Chunks that are whole parts, as long as those are not larger than a chunk should be."""
    return Layout(size_bytes, min(base_part_size(size_bytes), most_chunk_bytes))
