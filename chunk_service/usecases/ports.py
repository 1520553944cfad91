"""Values that more than one use case hands in or gives back.

Each use case declares in its own file the narrow Protocols of what it calls; only what crosses the
border to the API, and is shared by several of them, stands here.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from chunk_service.domain.checksums import Checksum
from chunk_service.domain.uploads import Piece, Upload, UploadId


@dataclass(frozen=True, slots=True)
class ChunkAddress:
    upload_id: UploadId
    index: int


class ChunkRequest(Protocol):
    """One request that carries a chunk, whatever protocol it came by.

    `address` and `checksums` may become known only when `pieces` has ended: a form may send its
    file before its fields. `pieces` ends without an exception only where the whole request was well
    formed to its end, so what it gave may then be recorded.
    """

    @property
    def address(self) -> ChunkAddress | None: ...
    @property
    def length_bytes(self) -> int | None:
        """The chunk's exact length, where the request says it before the body."""
        ...

    @property
    def most_bytes(self) -> int | None:
        """An upper bound of it, such as a form's Content-Length."""
        ...

    @property
    def checksums(self) -> Sequence[Checksum]:
        """What the chunk's bytes must have, by whatever algorithms."""
        ...

    def pieces(self) -> AsyncIterator[Piece]: ...


@dataclass(frozen=True, slots=True)
class Receipt:
    """`repeated`: the same bytes had been recorded before.

    `completing`: the upload, where they are all of a file and it is being completed already.
    """

    address: ChunkAddress
    size_bytes: int
    repeated: bool
    completing: Upload | None = None
