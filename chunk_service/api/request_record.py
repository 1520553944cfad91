"""What becomes known about one request while it is worked on, for its one line in the log.

Whoever learns something writes it here; `request_log.py` begins the record and logs it. It never
holds a token, a query string or a body.
"""

import re
from dataclasses import dataclass
from typing import cast
from uuid import uuid4

from starlette.types import Scope

_KEY = "chunk_service.record"
_SANE_ID = re.compile(rb"[A-Za-z0-9._-]{1,128}")


@dataclass(slots=True)
class RequestRecord:
    """`is_framed`: its end is where its headers say. `body_pending`: that is still to come."""

    request_id: str
    is_framed: bool = False
    body_pending: bool = False
    status: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    owner: str | None = None
    upload_id: str | None = None
    problem: str | None = None

    def named(self) -> dict[str, str]:
        """How further lines of the log name it: by its upload too, where that is known."""
        about = {} if self.upload_id is None else {"upload_id": self.upload_id}
        return {"request_id": self.request_id, **about}


def begin_record(scope: Scope) -> RequestRecord:
    record = RequestRecord(_request_id(scope))
    scope[_KEY] = record
    return record


def record_of(scope: Scope) -> RequestRecord:
    return cast("RequestRecord", scope[_KEY])


def _request_id(scope: Scope) -> str:
    """The caller's id where it is one and harmless, so that both sides' logs can be joined."""
    given = [value for name, value in scope["headers"] if name == b"x-request-id"]
    if len(given) == 1 and _SANE_ID.fullmatch(given[0]):
        return cast("str", given[0].decode("ascii"))
    return uuid4().hex
