"""The documented payloads are the real ones: nothing more, nothing less, for every type."""

import json
from datetime import datetime
from uuid import UUID

import pytest

from chunk_service.api.event_models import EVENT_MODELS
from chunk_service.domain.checksums import Algorithm, Checksum
from chunk_service.domain.events import (
    EVENT_TYPES,
    Event,
    file_deleted_event,
    file_shared_event,
    upload_event,
)
from chunk_service.domain.states import State
from chunk_service.domain.uploads import Stored, Upload
from tests.fixtures.files import a_file
from tests.fixtures.uploads import MOMENT, an_upload

UNIQUE = UUID("01968c5e-7b7e-7c3a-9d5e-3f1f0f6f2a99")
STORED = Stored(size_bytes=5, etag='"e-1"', checksum=Checksum.of_int(Algorithm.CRC64NVME, 7))
FILE = a_file(main_service_file_id="a", name="audio é.mp3", metadata={"take": "2"})
UPLOADS = [
    an_upload(metadata={"take": "2"}),
    an_upload(main_service_file_id="a", content_type=None),
]


def ended(upload: Upload, state: State) -> Event:
    return upload_event(
        upload,
        state,
        unique=UNIQUE,
        at=MOMENT,
        public_endpoint_url="https://s3.example",
        stored=STORED if state is State.STORED else None,
        failure="The store refused it." if state is State.FAILED else None,
    )


def shared(expires_at: datetime | None) -> Event:
    return file_shared_event(FILE, share_id=UNIQUE, expires_at=expires_at, unique=UNIQUE, at=MOMENT)


EVENTS = [
    *(
        ended(upload, state)
        for upload in UPLOADS
        for state in State
        if state not in ("open", "completing")
    ),
    file_deleted_event(FILE, reason="requested", unique=UNIQUE, at=MOMENT),
    shared(None),
    shared(MOMENT),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
def test_a_real_payload_is_what_its_model_says(event: Event) -> None:
    model = EVENT_MODELS[event.type]
    document = json.loads(event.payload)
    read = model.model_validate_json(event.payload)
    assert read.model_dump(mode="json").keys() == document.keys()
    assert set(read.model_dump()["data"]) == set(document["data"])


def test_every_type_has_a_model_and_an_example() -> None:
    assert set(EVENT_MODELS) == set(EVENT_TYPES) == {event.type for event in EVENTS}
