"""What operators may ask of uploads: the model of their query."""

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from chunk_service.api.queries import PageSize, Query, whole_number
from chunk_service.api.request_values import PLAIN_PATTERN, UploadIdValue, plain_text
from chunk_service.api.spellings import MAX_INDEX
from chunk_service.domain.principals import OWNER_MAX_CHARACTERS
from chunk_service.domain.states import State
from chunk_service.domain.uploads import Way
from chunk_service.usecases.find_uploads import UploadFilter

DEFAULT_PAGE = 100

_Owner = Annotated[
    str,
    Field(min_length=1, max_length=OWNER_MAX_CHARACTERS, json_schema_extra=PLAIN_PATTERN),
    AfterValidator(plain_text),
]
_Seconds = Annotated[
    int,
    BeforeValidator(whole_number),
    Field(ge=0, le=MAX_INDEX),
    WithJsonSchema({"type": "integer", "minimum": 0, "maximum": MAX_INDEX}),
]


class UploadQuery(Query):
    state: Annotated[State | None, Field(description="Uploads in this state.")] = None
    way: Annotated[Way | None, Field(description="Uploads whose bytes come in this way.")] = None
    owner: Annotated[_Owner | None, Field(description="Uploads of this owner.")] = None
    older_than: Annotated[
        _Seconds | None, Field(description="Uploads that began as many seconds ago, or more.")
    ] = None
    before: Annotated[
        UploadIdValue | None, Field(description="The page after this upload; newest first.")
    ] = None
    limit: PageSize = DEFAULT_PAGE

    def as_filter(self) -> UploadFilter:
        return UploadFilter(
            limit=self.limit,
            behind=self.before,
            state=self.state,
            way=self.way,
            owner=self.owner,
            older_than=None if self.older_than is None else timedelta(seconds=self.older_than),
        )
