"""A cursor is read back as it was written, and nothing else is read."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chunk_service.api.cursors import CURSOR_PATTERN, read_cursor, write_cursor
from chunk_service.domain.errors import ValidationFailed
from chunk_service.domain.library import StoredFileId
from chunk_service.usecases.find_files import Place

moments = st.datetimes(min_value=datetime(1970, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(moments, st.uuids())
def test_it_comes_back_as_it_went(moment: datetime, file_id: UUID) -> None:
    place = Place(moment, StoredFileId(file_id))
    assert read_cursor(write_cursor(place)) == place


@pytest.mark.parametrize("text", ["", "x", "=" * 32, "A" * 31, "A" * 33, "é" * 32, "f" * 32])
def test_what_was_not_given_here_is_refused(text: str) -> None:
    with pytest.raises(ValidationFailed):
        read_cursor(text)


def test_it_is_as_the_document_says() -> None:
    assert CURSOR_PATTERN == "^[A-Za-z0-9_-]{32}$"
