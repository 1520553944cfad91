"""The upload page (`/app`) and its modules, as they lie in `chunk_service/web`.

No build and nothing from elsewhere: the Content-Security-Policy lets the page load its own files
and call this service, no more. The modules of the uploader may be imported by pages of other
origins, which CORS has to allow as well. Only the files named here are served.
"""

from functools import cache
from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

_FOLDER: Final = Path(__file__).parents[1] / "web"
_HTML: Final = "text/html; charset=utf-8"
_SCRIPT: Final = "text/javascript; charset=utf-8"
_PAGE: Final = "page.html"
# Two releases' modules must never meet in one page, so a browser asks whether they are still right.
_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "Cache-Control": "no-cache",
}
_SHARED_HEADERS: Final = {**_HEADERS, "Cross-Origin-Resource-Policy": "cross-origin"}

UPLOADER: Final = frozenset(
    {"calls.js", "chunks.js", "memory.js", "pace.js", "session.js", "uploader.js", "waiting.js"}
)
_OWN_SCRIPTS: Final = (
    *("chosen.js", "elements.js", "files_view.js", "page.js", "service.js", "shares_view.js"),
    *("token.js", "unfinished_view.js", "uploads_view.js", "wording.js"),
)
ASSETS: Final = {
    **dict.fromkeys((*UPLOADER, *_OWN_SCRIPTS), _SCRIPT),
    "uploader.d.ts": "text/plain; charset=utf-8",
    "page.css": "text/css; charset=utf-8",
    "icon.svg": "image/svg+xml",
}


async def page(request: Request) -> Response:
    return await _file(request, _PAGE, _HTML)


async def page_asset(request: Request) -> Response:
    name = request.path_params["asset"]
    if name not in ASSETS:
        raise HTTPException(404)
    return await _file(request, name, ASSETS[name])


async def _file(request: Request, name: str, media_type: str) -> Response:
    """304 where the browser has it already."""
    answer = await _files().get_response(name, request.scope)
    answer.headers.update(_SHARED_HEADERS if name in UPLOADER else _HEADERS)
    if answer.status_code == 200:
        answer.headers["Content-Type"] = media_type
    return answer


@cache
def _files() -> StaticFiles:
    return StaticFiles(directory=_FOLDER)
