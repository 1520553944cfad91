"""Files after they were stored: list and search, read, change, delete, fetch."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from chunk_service.api.answers import json_answer
from chunk_service.api.auth import authenticate
from chunk_service.api.context import context_of
from chunk_service.api.cursors import write_cursor
from chunk_service.api.downloads import download_answer
from chunk_service.api.file_answers import (
    DeletedAnswer,
    FilesAnswer,
    file_item,
    link_answer,
)
from chunk_service.api.file_requests import (
    ChangeRequest,
    DownloadRequest,
    FileQuery,
    key_of,
    known_key,
)
from chunk_service.api.json_bodies import read_model
from chunk_service.api.queries import read_query
from chunk_service.domain.principals import Scope

_SECRET = {"Cache-Control": "no-store"}


async def list_files(request: Request) -> Response:
    principal = await authenticate(request, Scope.FILES_READ)
    wanted = read_query(request, FileQuery).as_search()
    page = await context_of(request.scope).library.find(principal, wanted)
    following = None if page.following is None else write_cursor(page.following)
    files = [file_item(each) for each in page.files]
    return json_answer(FilesAnswer(files=files, count=len(files), next=following))


async def read_file(request: Request) -> Response:
    principal = await authenticate(request, Scope.FILES_READ)
    file = await context_of(request.scope).library.link.read(principal, key_of(request))
    return json_answer(file_item(file))


async def change_file(request: Request) -> Response:
    principal = await authenticate(request, Scope.FILES_WRITE)
    key = key_of(request)
    change = (await read_model(request, ChangeRequest)).as_change()
    return json_answer(
        file_item(await context_of(request.scope).library.change(principal, key, change))
    )


async def delete_file(request: Request) -> Response:
    principal = await authenticate(request, Scope.FILES_WRITE)
    await context_of(request.scope).library.delete(principal, key_of(request))
    return json_answer(DeletedAnswer())


async def file_content(request: Request) -> Response:
    """The bytes, or the way to them where nothing of them goes through here."""
    principal = await authenticate(request, Scope.FILES_READ)
    library, key = context_of(request.scope).library, key_of(request)
    if library.downloads is not None:
        file = await library.link.grant(principal, key)
        return download_answer(library.downloads, file, request)
    is_head = request.method == "HEAD"
    link = await (library.link.to_head if is_head else library.link)(principal, key)
    return RedirectResponse(link.url, status_code=307, headers=_SECRET)


async def download_url(request: Request) -> Response:
    principal = await authenticate(request, Scope.FILES_READ)
    key = known_key((await read_model(request, DownloadRequest)).file_key)
    link = await context_of(request.scope).library.link(principal, key)
    return json_answer(link_answer(link, key), headers=_SECRET)
