"""What may be asked of shares, by their owners and by who has a link."""

import re
from datetime import timedelta
from typing import Annotated, Final

from pydantic import AfterValidator, Field
from starlette.requests import Request

from chunk_service.api.queries import PageSize, Query
from chunk_service.api.request_models import Document
from chunk_service.api.request_values import PLAIN_PATTERN, Seconds, plain_text
from chunk_service.api.spellings import MAX_INDEX, parse_uuid
from chunk_service.domain.shares import MAX_PASSWORD_CHARACTERS, ShareId
from chunk_service.usecases.share_file import ShareWish
from chunk_service.usecases.tend_shares import unknown_share

UUID_PATTERN: Final = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
LINK_PATTERN: Final = "^[A-Za-z0-9_-]{32}$"
DEFAULT_PAGE: Final = 100

_LINK = re.compile(LINK_PATTERN[1:-1])

PasswordText = Annotated[
    str,
    Field(min_length=1, max_length=MAX_PASSWORD_CHARACTERS, json_schema_extra=PLAIN_PATTERN),
    AfterValidator(plain_text),
]


class ShareRequest(Document):
    expires_in: Annotated[
        Seconds | None, Field(description="Seconds until the link ends; else as configured.")
    ] = None
    max_downloads: Annotated[
        Annotated[int, Field(ge=1, le=MAX_INDEX)] | None,
        Field(description="How many downloads are granted; else any number."),
    ] = None
    password: Annotated[
        PasswordText | None, Field(description="Must be given to open the link.")
    ] = None

    def as_wish(self) -> ShareWish:
        return ShareWish(
            expires_in=None if self.expires_in is None else timedelta(seconds=self.expires_in),
            max_downloads=self.max_downloads,
            password=self.password,
        )


class PasswordRequest(Document):
    password: PasswordText


class SharesQuery(Query):
    before: Annotated[
        str | None,
        Field(pattern=UUID_PATTERN, description="`next` of the page before."),
    ] = None
    limit: PageSize = DEFAULT_PAGE

    @property
    def behind(self) -> ShareId | None:
        return None if self.before is None else ShareId(parse_uuid(self.before))


def share_id_of(request: Request) -> ShareId:
    """The path's share; an id that no share can have is one that there is not."""
    try:
        return ShareId(parse_uuid(request.path_params["share_id"]))
    except ValueError as error:
        raise unknown_share() from error


def token_of(request: Request) -> str:
    token: str = request.path_params["token"]
    if not _LINK.fullmatch(token):
        raise unknown_share()
    return token
