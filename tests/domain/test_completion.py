"""A client's word that it is done is believed only where it agrees with what is recorded."""

from typing import Any

import pytest

from chunk_service.domain.checksums import Algorithm, Checksum
from chunk_service.domain.completion import Completion, check_same, is_whole
from chunk_service.domain.errors import StateConflict, ValidationFailed
from chunk_service.domain.states import State
from chunk_service.domain.uploads import Upload
from tests.fixtures.uploads import an_upload, with_chunks


def crc(algorithm: Algorithm, value: int = 1) -> Checksum:
    return Checksum.of_int(algorithm, value)


CRC64 = crc(Algorithm.CRC64NVME)
CRC32 = crc(Algorithm.CRC32)
SHA256 = crc(Algorithm.SHA256)


def wanted(total_chunks: int, **changes: Any) -> Completion:
    values = {
        "upload_id": an_upload().id,
        "main_service_file_id": 123,
        "total_size": None,
        "checksum": None,
    }
    return Completion(total_chunks=total_chunks, **{**values, **changes})


@pytest.mark.parametrize(
    ("upload", "completion"),
    [
        (with_chunks(3, size_bytes=30), wanted(3)),
        (with_chunks(3, size_bytes=30), wanted(3, total_size=30)),
        (with_chunks(3, size_bytes=30), wanted(3, main_service_file_id="123")),
        (with_chunks(3, size_bytes=30, total_size=30, total_chunks=3), wanted(3, total_size=30)),
        (with_chunks(1, size_bytes=0, total_size=0, total_chunks=1), wanted(1)),
        (an_upload(), wanted(0, total_size=0)),
        (an_upload(total_size=0), wanted(0)),
        (an_upload(total_size=0, total_chunks=0), wanted(0)),
        (with_chunks(3, size_bytes=30), wanted(3, checksum=CRC64)),
        (with_chunks(3, size_bytes=30, checksum=CRC32), wanted(3, checksum=CRC32)),
        (with_chunks(3, size_bytes=30, checksum=CRC32), wanted(3, checksum=CRC64)),
        (with_chunks(3, size_bytes=30, checksum=SHA256), wanted(3, checksum=SHA256)),
        (with_chunks(3, size_bytes=30, part_checksum=Algorithm.CRC32), wanted(3, checksum=CRC32)),
    ],
)
def test_a_true_word_is_believed(upload: Upload, completion: Completion) -> None:
    assert is_whole(upload, completion)


@pytest.mark.parametrize(
    ("upload", "completion"),
    [
        (an_upload(), wanted(1)),
        (with_chunks(3, size_bytes=30), wanted(4)),
        (with_chunks(3, size_bytes=30, chunk_count=2, received_bytes=20), wanted(3)),
        (with_chunks(3, size_bytes=30, total_chunks=4, total_size=40), wanted(4)),
        (with_chunks(3, size_bytes=30), wanted(4, total_size=40)),
    ],
)
def test_a_hole_is_never_whole(upload: Upload, completion: Completion) -> None:
    assert not is_whole(upload, completion)


@pytest.mark.parametrize(
    ("upload", "completion"),
    [
        (with_chunks(3, size_bytes=30), wanted(3, main_service_file_id=124)),
        (with_chunks(3, size_bytes=30), wanted(3, main_service_file_id=None)),
        (
            with_chunks(3, size_bytes=30, main_service_file_id=None),
            wanted(3, main_service_file_id="None"),
        ),
        (with_chunks(3, size_bytes=30), wanted(3, main_service_file_id="0123")),
        (with_chunks(3, size_bytes=30), wanted(2)),
        (with_chunks(3, size_bytes=30, chunk_count=2), wanted(2)),
        (with_chunks(3, size_bytes=30), wanted(0)),
        (with_chunks(3, size_bytes=30, total_chunks=4), wanted(3)),
        (with_chunks(3, size_bytes=30), wanted(3, total_size=29)),
        (with_chunks(3, size_bytes=30, total_size=31), wanted(3)),
        (with_chunks(3, size_bytes=30, total_size=40), wanted(4, total_size=30)),
        (an_upload(), wanted(0)),
        (an_upload(), wanted(0, total_size=1)),
        (an_upload(total_size=5), wanted(0)),
        (an_upload(total_size=5), wanted(0, total_size=0)),
    ],
)
def test_totals_that_cannot_be_true_are_refused(upload: Upload, completion: Completion) -> None:
    with pytest.raises(ValidationFailed):
        is_whole(upload, completion)


@pytest.mark.parametrize(
    ("upload", "checksum"),
    [
        (with_chunks(1, size_bytes=9), CRC32),
        (with_chunks(1, size_bytes=9), crc(Algorithm.CRC32C)),
        (with_chunks(1, size_bytes=9), SHA256),
        (with_chunks(1, size_bytes=9, checksum=CRC32), crc(Algorithm.CRC32, 2)),
        (with_chunks(1, size_bytes=9, checksum=CRC64), crc(Algorithm.CRC64NVME, 2)),
        (with_chunks(1, size_bytes=9, checksum=SHA256), crc(Algorithm.SHA256, 2)),
        (with_chunks(1, size_bytes=9, checksum=CRC32), SHA256),
    ],
)
def test_a_checksum_that_is_not_computed_is_refused(upload: Upload, checksum: Checksum) -> None:
    with pytest.raises(ValidationFailed):
        is_whole(upload, wanted(1, checksum=checksum))


def completing(**changes: Any) -> Upload:
    values = {"state": State.COMPLETING, "total_chunks": 3, "total_size": 30}
    return with_chunks(3, size_bytes=30, **{**values, **changes})


@pytest.mark.parametrize(
    ("upload", "completion"),
    [
        (completing(), wanted(3)),
        (completing(), wanted(3, total_size=30)),
        (completing(), wanted(3, main_service_file_id="123")),
        (completing(), wanted(3, checksum=CRC64)),
        (completing(checksum=CRC32), wanted(3, checksum=CRC32)),
        (completing(checksum=CRC32), wanted(3, checksum=CRC64)),
        (completing(checksum=SHA256), wanted(3, checksum=SHA256)),
        (completing(state=State.STORED), wanted(3)),
    ],
)
def test_the_same_arguments_are_the_same_request(upload: Upload, completion: Completion) -> None:
    check_same(upload, completion)


@pytest.mark.parametrize(
    "completion",
    [
        wanted(2),
        wanted(4),
        wanted(0),
        wanted(3, total_size=29),
        wanted(3, main_service_file_id=124),
        wanted(3, checksum=CRC32),
        wanted(3, checksum=SHA256),
    ],
)
@pytest.mark.parametrize("state", [State.COMPLETING, State.STORED])
def test_other_arguments_are_a_conflict(completion: Completion, state: State) -> None:
    with pytest.raises(StateConflict):
        check_same(completing(state=state), completion)


@pytest.mark.parametrize("declared", [CRC64, CRC32, SHA256])
def test_another_checksum_than_the_declared_one_is_a_conflict(declared: Checksum) -> None:
    with pytest.raises(StateConflict):
        check_same(completing(checksum=declared), wanted(3, checksum=crc(declared.algorithm, 2)))
