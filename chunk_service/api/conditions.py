"""What a request for bytes means: all, a part, or none since the client has them (RFC 9110).

Pure: headers and what is known of the bytes in, a status and a range out. Several ranges, and what
is no range, are passed over as the RFC allows: the answer is the whole.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers

from chunk_service.domain.ranges import Range

_ETAGS: Final = re.compile(r'(W/)?("[\x21\x23-\x7e\x80-\xff]*")')
_RANGE: Final = re.compile(r"bytes[ \t]*=[ \t]*([0-9]{0,100})-([0-9]{0,100})[ \t]*", re.IGNORECASE)
_DATE: Final = re.compile(r"[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT")


@dataclass(frozen=True, slots=True)
class Shown:
    """Bytes that never change under their strong ETag."""

    etag: str
    modified: datetime
    size_bytes: int

    @property
    def last_modified(self) -> str:
        return format_datetime(self.modified.replace(microsecond=0), usegmt=True)


@dataclass(frozen=True, slots=True)
class Judged:
    """`status` is one of 200, 206, 304, 412 and 416; `wanted` are the bytes of the first two."""

    status: HTTPStatus
    wanted: Range = (0, 0)


def judge(method: str, headers: Headers, shown: Shown) -> Judged:
    """In the order of RFC 9110, 13.2.2, for GET and HEAD."""
    if not _may_be_asked(headers, shown):
        return Judged(HTTPStatus.PRECONDITION_FAILED)
    if _is_known(headers, shown):
        return Judged(HTTPStatus.NOT_MODIFIED)
    if method == "GET" and _is_of_this(headers.getlist("if-range"), shown):
        return _judge_range(headers.getlist("range"), shown.size_bytes)
    return Judged(HTTPStatus.OK, (0, shown.size_bytes))


def _may_be_asked(headers: Headers, shown: Shown) -> bool:
    named = headers.getlist("if-match")
    if named:
        return _names(named, shown.etag, weak_too=False)
    moment = _moment(headers.getlist("if-unmodified-since"))
    return moment is None or shown.modified.replace(microsecond=0) <= moment


def _is_known(headers: Headers, shown: Shown) -> bool:
    named = headers.getlist("if-none-match")
    if named:
        return _names(named, shown.etag, weak_too=True)
    moment = _moment(headers.getlist("if-modified-since"))
    return moment is not None and shown.modified.replace(microsecond=0) <= moment


def _is_of_this(validators: Sequence[str], shown: Shown) -> bool:
    """Whether a part may be given: it must fit what the client has (RFC 9110, 13.1.5)."""
    return not validators or validators in ([shown.etag], [shown.last_modified])


def _judge_range(given: Sequence[str], size_bytes: int) -> Judged:
    whole = Judged(HTTPStatus.OK, (0, size_bytes))
    match = _RANGE.fullmatch(given[0]) if len(given) == 1 else None
    if match is None or not (match[1] or match[2]):
        return whole
    if not match[1]:
        return _judge_suffix(int(match[2]), size_bytes)
    first, last = int(match[1]), int(match[2] or size_bytes)
    if match[2] and last < first:
        return whole
    if first >= size_bytes:
        return Judged(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
    return Judged(HTTPStatus.PARTIAL_CONTENT, (first, min(last + 1, size_bytes)))


def _judge_suffix(length_bytes: int, size_bytes: int) -> Judged:
    """The last so many; of nothing at all they are all, which no Content-Range can say."""
    if not length_bytes:
        return Judged(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
    if not size_bytes:
        return Judged(HTTPStatus.OK)
    return Judged(HTTPStatus.PARTIAL_CONTENT, (max(0, size_bytes - length_bytes), size_bytes))


def _names(lines: Sequence[str], etag: str, *, weak_too: bool) -> bool:
    text = ",".join(lines).strip()
    if text == "*":
        return True
    return any(tag == etag and (weak_too or not weak) for weak, tag in _ETAGS.findall(text))


def _moment(lines: Sequence[str]) -> datetime | None:
    """None where there is no date as HTTP writes it; such a condition is passed over."""
    if len(lines) != 1 or not _DATE.fullmatch(lines[0]):
        return None
    try:
        return parsedate_to_datetime(lines[0])
    except ValueError:
        return None
