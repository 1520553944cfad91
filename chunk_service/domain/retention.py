"""How long files live: what their owners said, what the service does by default, how much at once.

Which file is due is decided in SQL, by the database's clock; here are only the rules around it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Lifetime:
    """Until its own date; for ever where it `is_kept`; by the service's default with neither."""

    delete_after: datetime | None = None
    is_kept: bool = False


BY_DEFAULT = Lifetime()
FOR_EVER = Lifetime(is_kept=True)


@dataclass(frozen=True, slots=True)
class RetentionPolicy:
    """`default`: how long files without a date live; None: for ever.

    A run that would delete more than `bulk_files`, and more than `max_share` of all files, is a
    bulk: rather a wrong setting or clock than what somebody wants.
    """

    default: timedelta | None
    grace: timedelta
    max_share: float
    bulk_files: int

    def is_bulk(self, files: int, *, live: int) -> bool:
        return files > self.bulk_files and files > live * self.max_share
