"""Variables that are set but not known, and nearly one of ours: probably misspelt.

A misspelt name would silently leave a default in force. Names only: values are never looked at.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

# High enough that foreign variables (HOSTNAME, AWS_ACCESS_KEY_ID) are not suspected.
_LIKENESS = 0.82
_FOREIGN_PREFIXES = ("AWS_", "OTEL_", "PG")


@dataclass(frozen=True, slots=True)
class Misspelling:
    found: str
    meant: str

    def __str__(self) -> str:
        return f"{self.found} is set, but is not a setting; is {self.meant} meant?"


def misspellings(*, given: Iterable[str], known: Iterable[str]) -> list[Misspelling]:
    """Pairs of a given name and the known one that it resembles, known ones given excepted."""
    present = {name.upper() for name in given}
    wanted = sorted(set(known) - present)
    suspects = sorted(present - set(known))
    pairs = ((name, _resembled(name, wanted)) for name in suspects)
    return [Misspelling(found=name, meant=meant) for name, meant in pairs if meant]


def _resembled(name: str, wanted: list[str]) -> str | None:
    if name.startswith(_FOREIGN_PREFIXES):
        return None
    # S3_BUCKET for S3_BUCKET_NAME
    shortened = [other for other in wanted if "_" in name and other.startswith(f"{name}_")]
    close = get_close_matches(name, wanted, n=1, cutoff=_LIKENESS)
    return next(iter(close or shortened), None)
