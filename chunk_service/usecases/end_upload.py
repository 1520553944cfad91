"""The way into a terminal state: with its one event, and with clean-up owed from then on."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

import structlog

from chunk_service.domain.events import Event, upload_event
from chunk_service.domain.states import State
from chunk_service.domain.uploads import Stored, Upload, Way

log = structlog.get_logger(__name__)


class Rows(Protocol):
    async def end(
        self,
        upload: Upload,
        state: State,
        event: Event,
        *,
        stored: Stored | None = None,
        failure: str | None = None,
    ) -> Upload | None: ...


class EndBell(Protocol):
    def ended(self, upload: Upload) -> None:
        """Whoever waits for it may go on, and its clean-up is due."""
        ...


class Tally(Protocol):
    def ended(self, state: State, way: Way) -> None: ...


@dataclass(frozen=True, slots=True)
class EndUpload:
    rows: Rows
    bell: EndBell
    tally: Tally
    public_endpoint_url: str
    now: Callable[[], datetime]
    new_id: Callable[[], UUID]

    async def __call__(
        self,
        upload: Upload,
        state: State,
        *,
        stored: Stored | None = None,
        failure: str | None = None,
    ) -> Upload | None:
        """The upload as it ended; None where it had left the state it was read in."""
        event = upload_event(
            upload,
            state,
            unique=self.new_id(),
            at=self.now(),
            public_endpoint_url=self.public_endpoint_url,
            stored=stored,
            failure=failure,
        )
        ended = await self.rows.end(upload, state, event, stored=stored, failure=failure)
        if ended is not None:
            self.tally.ended(state, upload.way)
            log.info(event.type, upload_id=str(upload.id), owner=upload.owner, event_id=event.id)
            self.bell.ended(ended)
        return ended
