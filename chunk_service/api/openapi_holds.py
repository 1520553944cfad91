"""Legal holds, for the table of operations: they need the scope `admin`."""

from typing import Final

from chunk_service.api.file_answers import FileItem
from chunk_service.api.openapi_files import FILE_KEY
from chunk_service.api.openapi_shapes import GUARDED, Described
from chunk_service.domain.principals import Scope

_PATH: Final = "/admin/files/{key}/legal-hold"
_PROBLEMS: Final = (*GUARDED, 403, 404, 429)

HOLDS: Final = (
    Described(
        "PUT",
        _PATH,
        "hold_file",
        "Let nobody delete a file",
        {200: FileItem},
        _PROBLEMS,
        parameters=(FILE_KEY,),
        description="Neither its owner nor retention can, until it is released.",
        tag="files",
        scope=Scope.ADMIN,
    ),
    Described(
        "DELETE",
        _PATH,
        "release_file",
        "Let a held file be deleted again",
        {200: FileItem},
        _PROBLEMS,
        parameters=(FILE_KEY,),
        tag="files",
        scope=Scope.ADMIN,
    ),
)
