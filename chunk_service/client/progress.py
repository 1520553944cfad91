"""How far an upload is, told in bytes as they go."""

from collections.abc import Callable

Advance = Callable[[int], None]
"""Is told how many bytes went on their way; less than zero where some have to go again."""


def unheard(_size_bytes: int) -> None:
    """For who does not want to know."""


class Tally:
    """What one try has told, so that it can be taken back."""

    def __init__(self, advance: Advance) -> None:
        self._advance = advance
        self._told_bytes = 0

    def add(self, size_bytes: int) -> None:
        self._told_bytes += size_bytes
        self._advance(size_bytes)

    def take_back(self) -> None:
        self.add(-self._told_bytes)
