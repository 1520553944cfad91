"""The line that ends a form's part, looked for in pieces of a file (RFC 2046, 5.1.1).

Python itself searches only bytes fast, and a piece would have to be copied to be some.
"""

from typing import Final

import stringzilla

from chunk_service.domain.uploads import Piece

_START: Final = b"\r\n--"


class Delimiter:
    def __init__(self, boundary: str) -> None:
        self._line = _START + boundary.encode("ascii")

    def begins_at(self, piece: Piece) -> int:
        """Where the line is or may begin with the piece's last bytes; its length where neither."""
        at: int = stringzilla.find(piece, self._line)
        if at >= 0:
            return at
        end = bytes(piece[1 - len(self._line) :])
        at = end.rfind(_START[:1])
        is_begun = at >= 0 and self._line.startswith(end[at:])
        return len(piece) - len(end) + at if is_begun else len(piece)

    def may_be_at_end_of(self, piece: Piece) -> bool:
        """Some of it, or all of it and one byte of the two that say what follows.

        A piece that is shorter may go on with what came before.
        """
        if len(piece) <= len(self._line):
            return True
        end = bytes(piece[-len(self._line) - 1 :])
        at = end.rfind(_START[:1])
        return at >= 0 and (self._line.startswith(end[at:]) or end.startswith(self._line, at))
