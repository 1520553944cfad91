"""What Postgres tells of an upload is heard by who did not do it."""

from uuid import uuid4

import pytest

from chunk_service.domain.uploads import UploadId
from chunk_service.usecases.closing import Taken
from chunk_service.worker.bells import Bells
from tests.fixtures.uploads import an_upload

UPLOAD = UploadId(uuid4())


def pursued(bells: Bells) -> list[UploadId]:
    return bells.to_close.take(10)


def announced(bells: Bells) -> list[UploadId]:
    heard: list[UploadId] = []
    bells.when_announced(heard.append)
    bells.hear_ended(UPLOAD)
    return heard


def test_what_another_process_does_is_heard() -> None:
    bells = Bells()
    bells.hear_completing(UPLOAD)
    assert pursued(bells) == [UPLOAD]
    assert announced(bells) == [UPLOAD]


def test_what_this_process_closes_is_no_news_to_it() -> None:
    bells = Bells()
    with bells.closing(UPLOAD):
        bells.hear_completing(UPLOAD)
        assert pursued(bells) == []
        assert announced(bells) == []


def test_of_two_who_close_at_once_the_last_one_counts() -> None:
    bells = Bells()
    with bells.closing(UPLOAD):
        with pytest.raises(ValueError, match="first"), bells.closing(UPLOAD):
            raise ValueError("first")
        assert announced(bells) == []
    assert announced(bells) == [UPLOAD]


def test_what_is_handed_on_is_no_news_until_it_was_taken_up() -> None:
    bells = Bells()
    bells.close(Taken(an_upload(id=UPLOAD), since=0.0))
    assert pursued(bells) == [UPLOAD], "as it was handed on"
    bells.hear_completing(UPLOAD)
    assert pursued(bells) == []
    assert bells.take_up(UPLOAD) is not None
    bells.hear_completing(UPLOAD)
    assert pursued(bells) == [UPLOAD]


def test_who_waits_is_told_by_who_ended_it() -> None:
    bells = Bells()
    heard: list[UploadId] = []
    bells.when_announced(heard.append)
    with bells.closing(UPLOAD):
        bells.ended(an_upload(id=UPLOAD))
    assert heard == [UPLOAD]
