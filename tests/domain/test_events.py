"""An event is frozen once: its bytes are one JSON document, small, with the facts and no others."""

import json
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chunk_service.domain.checksums import Algorithm, Checksum
from chunk_service.domain.events import Event, upload_event
from chunk_service.domain.states import EVENTS, State
from chunk_service.domain.uploads import Stored, Upload
from tests.fixtures.uploads import MOMENT, an_upload

UNIQUE = UUID("01968c5e-7b7e-7c3a-9d5e-3f1f0f6f2a99")
STORED = Stored(size_bytes=5, etag='"e-1"', checksum=Checksum.of_int(Algorithm.CRC64NVME, 7))
FACTS = {
    "upload_session_id",
    "main_service_file_id",
    "original_file_name",
    "content_type",
    "owner",
    "metadata",
}
RESULT = {"file_path_on_upload_service", "key", "size", "etag", "checksum"}
LARGEST_PAYLOAD_BYTES = 20_000

plain = st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs"]), max_size=50)


def event_of(
    upload: Upload,
    state: State = State.STORED,
    *,
    stored: Stored | None = STORED,
    failure: str | None = None,
) -> Event:
    return upload_event(
        upload,
        state,
        unique=UNIQUE,
        at=MOMENT,
        public_endpoint_url="https://s3.example",
        stored=stored,
        failure=failure,
    )


@pytest.mark.parametrize(("state", "event_type"), EVENTS.items())
def test_the_state_names_the_event(state: State, event_type: str) -> None:
    event = event_of(an_upload(), state, stored=None)
    document = json.loads(event.payload)
    assert event.type == document["type"] == event_type
    assert document["timestamp"] == "2026-11-20T12:30:00+00:00"
    assert set(document["data"]) == FACTS


def test_a_completed_upload_tells_where_its_file_is() -> None:
    data = json.loads(event_of(an_upload(key="uploads/1-a.mp3")).payload)["data"]
    assert set(data) == FACTS | RESULT
    assert data["file_path_on_upload_service"] == "https://s3.example/bucket/uploads/1-a.mp3"
    assert (data["size"], data["etag"], data["checksum"]) == (5, '"e-1"', "crc64nvme:AAAAAAAAAAc=")


def test_a_failed_upload_tells_why() -> None:
    event = event_of(an_upload(), State.FAILED, stored=None, failure="refused")
    assert json.loads(event.payload)["data"]["failure"] == "refused"


def test_the_id_cannot_be_taken_for_another_part_of_the_signed_text() -> None:
    assert event_of(an_upload()).id == f"msg_{UNIQUE.hex}"
    assert "." not in event_of(an_upload()).id


@given(
    file_name=plain,
    file_id=st.integers() | plain,
    metadata=st.dictionaries(plain, plain, max_size=5),
)
def test_the_payload_gives_back_what_the_client_said(
    file_name: str, file_id: int | str, metadata: dict[str, str]
) -> None:
    upload = an_upload(
        original_file_name=file_name, main_service_file_id=file_id, metadata=metadata
    )
    event = event_of(upload)
    data = json.loads(event.payload)["data"]
    assert (data["original_file_name"], data["main_service_file_id"]) == (file_name, file_id)
    assert data["metadata"] == metadata
    assert event == event_of(upload)


@pytest.mark.parametrize("character", ['"', "\\", "é", "🎵"])
def test_the_largest_payload_is_one_that_receivers_take(character: str) -> None:
    room = 8 * 1024 // len(character.encode())
    values = [character * (room // 64 - 2)] * 64
    upload = an_upload(
        owner=character * 255,
        original_file_name=character * 255,
        main_service_file_id=character * 128,
        content_type="a/" + "b" * 253,
        metadata={f"{number:02}": value for number, value in enumerate(values)},
        bucket="b" * 63,
        key=f"uploads/{UNIQUE}-" + "k" * 100,
    )
    assert len(event_of(upload).payload) < LARGEST_PAYLOAD_BYTES
