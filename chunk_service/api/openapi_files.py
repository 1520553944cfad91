"""What may be done with files, for the table of operations."""

from typing import Final

from chunk_service.api import file_answers as answers
from chunk_service.api.file_requests import KEY_PATTERN, ChangeRequest, DownloadRequest, FileQuery
from chunk_service.api.openapi_shapes import (
    GUARDED,
    WITH_BODY,
    Body,
    Described,
    header,
    in_path,
    query_parameters,
)
from chunk_service.domain.principals import Scope

_EXAMPLE: Final = "uploads/01968c5e-7b7e-7c3a-9d5e-3f1f0f6f2a11-audio.mp3"
FILE_KEY: Final = in_path("key", KEY_PATTERN, example=_EXAMPLE)
_FOUND: Final = (*GUARDED, 404, 429)
_REDIRECT: Final = "To the bytes in the object store, for a short while."
_CONTENT: Final = {
    200: "The bytes, as an attachment.",
    206: "The part that `Range` asks for.",
    304: "The client has them: `If-None-Match`, `If-Modified-Since`.",
    307: _REDIRECT,
}
_CONDITIONS: Final = (
    header("Range", "One range of bytes; several, and what is none, are passed over."),
    header("If-Range", "The ETag or date of what the client has a part of."),
    header("If-None-Match", "ETags of what the client has."),
    header("If-Match", "ETags of what the client means; another file is a 412."),
    header("If-Modified-Since", "The date of what the client has."),
    header("If-Unmodified-Since", "The date of what the client means."),
)

FILES: Final = (
    Described(
        "GET",
        "/files",
        "list_files",
        "List and search files, newest first",
        {200: answers.FilesAnswer},
        (*GUARDED, 422, 429),
        parameters=query_parameters(FileQuery),
        description="Every condition that is given must hold. Not for tokens bound to one file.",
        tag="files",
        scope=Scope.FILES_READ,
    ),
    Described(
        "GET",
        "/files/{key}",
        "read_file",
        "What is known of a file",
        {200: answers.FileItem},
        _FOUND,
        parameters=(FILE_KEY,),
        tag="files",
        scope=Scope.FILES_READ,
    ),
    Described(
        "PATCH",
        "/files/{key}",
        "change_file",
        "Rename a file, change its metadata or how long it is kept",
        {200: answers.FileItem},
        (*GUARDED, *WITH_BODY, 404),
        Body("application/json", ChangeRequest, {"name": "take-2.mp3"}),
        (FILE_KEY,),
        description="Its bytes and its key never change.",
        tag="files",
        scope=Scope.FILES_WRITE,
    ),
    Described(
        "DELETE",
        "/files/{key}",
        "delete_file",
        "Delete a file",
        {200: answers.DeletedAnswer},
        (*_FOUND, 409),
        parameters=(FILE_KEY,),
        description="Deleting it again is answered the same. One under legal hold: 409.",
        tag="files",
        scope=Scope.FILES_WRITE,
    ),
    Described(
        "GET",
        "/files/{key}/content",
        "file_content",
        "The bytes of a file",
        _CONTENT,
        (*_FOUND, 410, 412, 416),
        parameters=(FILE_KEY, *_CONDITIONS),
        description="A 307, or where `DOWNLOAD_MODE=proxy` is set the bytes themselves.",
        tag="files",
        scope=Scope.FILES_READ,
    ),
    Described(
        "POST",
        "/download-url",
        "download_url",
        "A link to the bytes of a file",
        {200: answers.LinkAnswer},
        (*GUARDED, *WITH_BODY, 404),
        Body("application/json", DownloadRequest, {"file_key": _EXAMPLE}),
        tag="files",
        scope=Scope.FILES_READ,
    ),
)
