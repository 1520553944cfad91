"""Sets of whole numbers as sorted, disjoint, half-open ranges: chunks that are here, or not."""

from collections.abc import Iterable
from itertools import islice

Range = tuple[int, int]


def ranges_of(numbers: Iterable[int]) -> list[Range]:
    """The ranges [first, end) of ascending numbers."""
    found: list[Range] = []
    for number in numbers:
        if found and found[-1][1] == number:
            found[-1] = (found[-1][0], number + 1)
        else:
            found.append((number, number + 1))
    return found


def gaps(ranges: Iterable[Range], end: int) -> list[Range]:
    """What [0, end) holds beyond `ranges`."""
    found: list[Range] = []
    start = 0
    for first, stop in ranges:
        if first >= end:
            break
        if first > start:
            found.append((start, first))
        start = max(start, stop)
    if start < end:
        found.append((start, end))
    return found


def as_text(ranges: Iterable[Range], limit: int = 100) -> list[str]:
    """Inclusive spellings for people and JSON: "3" or "5-9"; at most `limit` of them."""
    return [
        str(first) if stop == first + 1 else f"{first}-{stop - 1}"
        for first, stop in islice(ranges, limit)
    ]
