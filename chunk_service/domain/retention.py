"""How long a file is to live, as its owner said; what follows from it is decided in SQL.

The statements that mark and delete ask the database's clock, so there is no date to compare here.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Lifetime:
    """Until its own date; for ever where it `is_kept`; by the service's default with neither."""

    delete_after: datetime | None = None
    is_kept: bool = False


BY_DEFAULT = Lifetime()
FOR_EVER = Lifetime(is_kept=True)
