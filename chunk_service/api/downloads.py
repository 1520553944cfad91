"""The bytes of a file as an answer of ours, whoever was let in to it: `DOWNLOAD_MODE=proxy`.

Always an attachment of a harmless type. How many run at a time is bounded, also by owner, since
each lasts as long as its reader pleases.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from chunk_service.api.conditions import Judged, Shown, judge
from chunk_service.api.in_flight import RETRY_AFTER_SECONDS
from chunk_service.api.library import Downloads
from chunk_service.api.streaming import Streamed
from chunk_service.domain.library import File
from chunk_service.domain.ranges import Range
from chunk_service.domain.serving import attachment, served_type

# A browser may keep it for this user, and asks each time whether the user may still have it.
_CACHED: Final = "private, no-cache"


def download_answer(downloads: Downloads, file: File, request: Request) -> Response:
    """By the method, range and conditions of the request; raises what becomes a 412 or 416."""
    shown = Shown(file.etag, file.created_at, file.size_bytes)
    judged = judge(request.method, request.headers, shown)
    status = int(judged.status)
    known = {"ETag": shown.etag, "Last-Modified": shown.last_modified, "Cache-Control": _CACHED}
    match status:
        case HTTPStatus.PRECONDITION_FAILED:
            raise HTTPException(status, "The file is not the one that was meant.")
        case HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            raise HTTPException(
                status,
                f"The file has {file.size_bytes} bytes.",
                {"Content-Range": f"bytes */{file.size_bytes}", "Accept-Ranges": "bytes"},
            )
        case HTTPStatus.NOT_MODIFIED:
            return Response(status_code=status, headers=known)
    headers = {**known, **_headers(file, judged)}
    if request.method == "HEAD" or not file.size_bytes:
        return Response(status_code=status, headers=headers)
    opening = _admitted(downloads, file, judged.wanted)
    return Streamed(opening, status=status, headers=headers)


def _headers(file: File, judged: Judged) -> Mapping[str, str]:
    first, end = judged.wanted
    headers = {
        "Content-Type": served_type(file.content_type),
        "Content-Length": str(end - first),
        "Content-Disposition": attachment(file.name),
        "Accept-Ranges": "bytes",
    }
    if judged.status == HTTPStatus.PARTIAL_CONTENT:
        headers["Content-Range"] = f"bytes {first}-{end - 1}/{file.size_bytes}"
    return headers


@asynccontextmanager
async def _admitted(
    downloads: Downloads, file: File, wanted: Range
) -> AsyncIterator[AsyncIterator[bytes]]:
    if len(downloads.in_work) >= downloads.most:
        raise HTTPException(
            503, "Too many downloads are running.", {"Retry-After": str(RETRY_AFTER_SECONDS)}
        )
    async with downloads.in_work.one() as work:
        work.belong_to(file.owner, most=downloads.most_per_owner)
        async with downloads.fetch(file, wanted) as pieces:
            yield pieces
