"""What may be done with shares, for the table of operations."""

from typing import Final

from chunk_service.api import share_answers as answers
from chunk_service.api.openapi_files import FILE_KEY
from chunk_service.api.openapi_shapes import (
    GUARDED,
    WITH_BODY,
    Body,
    Described,
    in_path,
    query_parameters,
)
from chunk_service.api.passwords import FORM
from chunk_service.api.share_requests import (
    LINK_PATTERN,
    UUID_PATTERN,
    PasswordRequest,
    ShareRequest,
    SharesQuery,
)
from chunk_service.domain.principals import Scope

_SHARE_ID: Final = in_path("share_id", UUID_PATTERN)
_TOKEN: Final = in_path("token", LINK_PATTERN)
_REDIRECT: Final = "To the bytes in the object store, for a minute at most."
_BYTES: Final = "The bytes, with `DOWNLOAD_MODE=proxy`; a part of them counts as a download too."
_OPENING: Final = (400, 401, 404, 429, 500, 503)

SHARES: Final = (
    Described(
        "POST",
        "/files/{key}/shares",
        "share_file",
        "Make a link to a file",
        {201: answers.SharedAnswer},
        (*GUARDED, *WITH_BODY, 403, 404),
        Body("application/json", ShareRequest, {"expires_in": 86_400, "max_downloads": 5}),
        (FILE_KEY,),
        description="The link is shown this once. Not for tokens bound to one file.",
        tag="shares",
        scope=Scope.SHARE,
    ),
    Described(
        "GET",
        "/files/{key}/shares",
        "list_shares",
        "The shares of a file, newest first",
        {200: answers.SharesAnswer},
        (*GUARDED, 403, 404, 422, 429),
        parameters=(FILE_KEY, *query_parameters(SharesQuery)),
        tag="shares",
        scope=Scope.SHARE,
    ),
    Described(
        "DELETE",
        "/files/{key}/shares/{share_id}",
        "revoke_share",
        "End a share",
        {200: answers.RevokedAnswer},
        (*GUARDED, 403, 404, 429),
        parameters=(FILE_KEY, _SHARE_ID),
        description="Revoking it again is answered the same.",
        tag="shares",
        scope=Scope.SHARE,
    ),
    Described(
        "GET",
        "/s/{token}",
        "open_share",
        "Download by a link",
        {200: _BYTES, 307: _REDIRECT},
        _OPENING,
        parameters=(_TOKEN,),
        description="Counts as a download. A password goes along as Basic, under any user name. "
        "HEAD tells what there is and counts nothing.",
        tag="shares",
        scope=None,
    ),
    Described(
        "POST",
        "/s/{token}",
        "open_share_by_password",
        "Download by a link and its password",
        {200: _BYTES, 303: _REDIRECT},
        (*_OPENING, *WITH_BODY),
        Body("application/json", PasswordRequest, {"password": "sesame"}, (FORM,)),
        (_TOKEN,),
        description="Counts as a download.",
        tag="shares",
        scope=None,
    ),
)
