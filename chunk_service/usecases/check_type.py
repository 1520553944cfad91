"""Hold a file against the types that are allowed here: by its name and claim, by its first bytes.

Every way in asks the same two questions. Without a setting both are answered at once, and nothing
is read for them.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from chunk_service.domain.chunking import may_be_whole
from chunk_service.domain.errors import UnsupportedMediaType, ValidationFailed
from chunk_service.domain.file_types import ENOUGH_BYTES, FIRST_BYTES, FileTypes
from chunk_service.domain.uploads import Piece, Upload

MOST_NAMED = 40

Recognise = Callable[[bytes], frozenset[str]]


@dataclass(frozen=True, slots=True)
class TypeCheck:
    """`types` None: everything is allowed."""

    types: FileTypes | None
    recognise: Recognise

    @property
    def is_wanted(self) -> bool:
        return self.types is not None

    def check_name(self, name: str, content_type: str | None) -> None:
        """UnsupportedMediaType where no file of this name and claim is allowed."""
        if self.types is not None:
            self._refuse(self.types, self.types.name_fault(name, content_type))

    def check_chunk_size(self, chunk_size: int | None, total_size: int | None) -> None:
        """Whether the first chunk of an upload that is declared so will show enough."""
        if self.types is None or chunk_size is None or chunk_size >= ENOUGH_BYTES:
            return
        if total_size is None or total_size > chunk_size:
            raise shows_too_little()

    def check_shown(self, first_chunk_bytes: int | None) -> None:
        """Whether a first chunk that proved not to be the whole file showed enough."""
        if first_chunk_bytes is not None and first_chunk_bytes < ENOUGH_BYTES:
            raise shows_too_little()

    def check_first_chunk(self, upload: Upload, first_bytes: bytes) -> None:
        """The same for a first chunk; it must show enough, or be all there is."""
        is_enough = len(first_bytes) >= ENOUGH_BYTES
        if not is_enough and not may_be_whole(upload.progress, len(first_bytes)):
            raise shows_too_little()
        self.check_bytes(upload.original_file_name, upload.content_type, first_bytes)

    def check_bytes(self, name: str, content_type: str | None, first_bytes: bytes) -> None:
        """UnsupportedMediaType also where a file of this name can't begin so.

        `first_bytes`: FIRST_BYTES of them, or the whole file; at least ENOUGH_BYTES.
        """
        if self.types is None:
            return
        self.check_name(name, content_type)
        head = first_bytes[:FIRST_BYTES]
        self._refuse(self.types, self.types.bytes_fault(name, head, self.recognise(head)))

    def content_type(self, name: str, claimed: str | None) -> str | None:
        """What the file is stored as: that of its extension, where types are set."""
        return claimed if self.types is None else self.types.content_type(name)

    def _refuse(self, types: FileTypes, fault: str | None) -> None:
        if fault is not None:
            allowed = types.extensions
            named = allowed[:MOST_NAMED]
            more = f" and {len(allowed) - len(named)} more" if len(allowed) > len(named) else ""
            raise UnsupportedMediaType(
                f"{fault}. Allowed are {', '.join(named)}{more}.", allowed_extensions=named
            )


def shows_too_little() -> ValidationFailed:
    return ValidationFailed(
        f"The first chunk must have {ENOUGH_BYTES} bytes at least, or be the whole file: its "
        "bytes show whether the file is of an allowed type."
    )


class FirstBytes:
    """Looks on while a file's bytes go by and keeps the first of them, for the judge if there is
    one yet."""

    def __init__(self, judge: Callable[[bytes], None] | None = None) -> None:
        self._judge = judge
        self._kept = bytearray()

    @property
    def kept(self) -> bytes:
        return bytes(self._kept)

    async def over(self, pieces: AsyncIterator[Piece]) -> AsyncIterator[Piece]:
        """The same pieces; raises what the judge raises, as soon as there is enough to see."""
        async for piece in pieces:
            if len(self._kept) < FIRST_BYTES:
                self._kept += piece[: FIRST_BYTES - len(self._kept)]
                if len(self._kept) == FIRST_BYTES:
                    self._decide()
            yield piece
            del piece
        if len(self._kept) < FIRST_BYTES:
            self._decide()

    def _decide(self) -> None:
        if self._judge is not None:
            self._judge(self.kept)
