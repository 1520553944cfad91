"""What was asked and what came of it: one entry a request, and every object that was created.

`result` is the status with the code of an error ("404 NoSuchUpload"); what the peer did not get to
know is said behind it ("200, answer lost").
"""

import time
from collections import Counter
from dataclasses import dataclass, field

from tests.doubles.s3.requests import Address


@dataclass(slots=True)
class Entry:
    time: float
    operation: str
    bucket: str
    key: str
    upload_id: str
    result: str = "unanswered"


@dataclass(slots=True)
class Ledger:
    entries: list[Entry] = field(default_factory=list)
    creations: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How often an object came to be, by bucket and key."""

    def begin(self, address: Address) -> Entry:
        entry = Entry(
            time.time(), address.operation, address.bucket, address.key, address.upload_id
        )
        self.entries.append(entry)
        return entry

    def count(self, operation: str, *, result: str = "") -> int:
        """Requests of the operation whose result begins so."""
        return sum(
            entry.operation == operation and entry.result.startswith(result)
            for entry in self.entries
        )

    def results(self, operation: str) -> list[str]:
        return [entry.result for entry in self.entries if entry.operation == operation]
