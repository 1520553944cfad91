"""For whoever has a link: no token of the main service, only the link's own.

Every answer here is one that nobody keeps, follows back or indexes: the headers that say so are on
all answers of the service.
"""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from chunk_service.api.admission import admit_stranger
from chunk_service.api.context import context_of
from chunk_service.api.downloads import download_answer
from chunk_service.api.passwords import password_in_body, password_in_header
from chunk_service.api.share_requests import token_of
from chunk_service.domain.serving import attachment, served_type
from chunk_service.usecases.open_share import OpenedShare

_SAME_METHOD = 307
# The password of a POST goes no further than here.
_BY_GET = 303


async def open_share(request: Request) -> Response:
    token, password = _admitted(request), password_in_header(request)
    opened = await context_of(request.scope).sharing.open(token, password)
    return await _content(request, opened, _SAME_METHOD)


async def open_share_by_password(request: Request) -> Response:
    token = _admitted(request)
    password = await password_in_body(request)
    opened = await context_of(request.scope).sharing.open(token, password)
    return await _content(request, opened, _BY_GET)


async def look_at_share(request: Request) -> Response:
    """What a download would be, without being one."""
    token, password = _admitted(request), password_in_header(request)
    file = await context_of(request.scope).sharing.open.look(token, password)
    facts = {
        "Content-Length": str(file.size_bytes),
        "Content-Type": served_type(file.content_type),
        "Content-Disposition": attachment(file.name),
        "ETag": file.etag,
    }
    return Response(headers=facts)


def _admitted(request: Request) -> str:
    """The link's token."""
    admit_stranger(request.scope)
    return token_of(request)


async def _content(request: Request, opened: OpenedShare, status: int) -> Response:
    """The bytes, or the way to them where nothing of them goes through here."""
    context = context_of(request.scope)
    if context.library.downloads is not None:
        return download_answer(context.library.downloads, opened.file, request)
    link = await context.sharing.open.link(opened)
    return RedirectResponse(link.url, status_code=status)
