"""What operators may ask of events: the models of their queries and ids."""

import re
from typing import Annotated

from pydantic import Field
from starlette.requests import Request

from chunk_service.api.queries import PageSize, Query
from chunk_service.api.request_values import UploadIdValue
from chunk_service.domain.errors import NotFound
from chunk_service.domain.events import EVENT_TYPES
from chunk_service.usecases.find_events import DeliveryState, EventFilter

EVENT_ID_PATTERN = "^msg_[0-9a-f]{32}$"
ENDPOINT_PATTERN = r"^[a-z0-9][a-z0-9._:\[\]-]{0,299}$"
DEFAULT_PAGE = 100

_EVENT_ID = re.compile(EVENT_ID_PATTERN[1:-1])
_ENDPOINT = re.compile(ENDPOINT_PATTERN[1:-1])

EndpointName = Annotated[
    str, Field(pattern=ENDPOINT_PATTERN, description="The name of one receiver.")
]


class EventQuery(Query):
    state: Annotated[
        DeliveryState | None, Field(description="Events with a delivery in this state.")
    ] = None
    endpoint: EndpointName | None = None
    type: Annotated[str | None, Field(pattern=f"^({'|'.join(map(re.escape, EVENT_TYPES))})$")] = (
        None
    )
    upload_session_id: UploadIdValue | None = None
    before: Annotated[
        str | None,
        Field(pattern=EVENT_ID_PATTERN, description="The page after this event; newest first."),
    ] = None
    limit: PageSize = DEFAULT_PAGE

    def as_filter(self) -> EventFilter:
        return EventFilter(
            limit=self.limit,
            before=self.before,
            state=self.state,
            endpoint=self.endpoint,
            event_type=self.type,
            upload_id=self.upload_session_id,
        )


class EndpointQuery(Query):
    endpoint: EndpointName | None = None


def event_id_of(request: Request) -> str:
    """The path's event; an id that no event can have is one that there is not."""
    event_id: str = request.path_params["event_id"]
    if not _EVENT_ID.fullmatch(event_id):
        raise NotFound("There is no such event.")
    return event_id


def endpoint_of(request: Request) -> str:
    endpoint: str = request.path_params["endpoint"]
    if not _ENDPOINT.fullmatch(endpoint):
        raise NotFound("There is no such disabled endpoint.")
    return endpoint
