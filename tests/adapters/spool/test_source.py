"""A window's bytes come out as they were recorded, or its last piece never comes out."""

import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from awscrt import checksums
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chunk_service.adapters.spool.source import BUFFER_BYTES, FileSlice, WindowSource
from chunk_service.domain.objects import SourceDamaged

pytestmark = pytest.mark.usefixtures("no_handle_left")

DATA = random.Random(3).randbytes(2 * BUFFER_BYTES + 5)


def slice_of(path: Path, index: int, data: bytes, offset: int = 0) -> FileSlice:
    return FileSlice(
        path=path,
        index=index,
        offset=offset,
        size_bytes=len(data),
        crc64nvme=checksums.crc64nvme(data),
    )


def source(*slices: FileSlice) -> WindowSource:
    return WindowSource(slices=slices, checksum=None)


def read(window: WindowSource) -> bytes:
    return b"".join(bytes(piece) for piece in window.pieces())


def read_until_damage(window: WindowSource) -> tuple[bytes, tuple[int, ...]]:
    """What came out before the damage was noticed, and which chunks were named."""
    taken = bytearray()
    try:
        for piece in window.pieces():
            taken += piece
    except SourceDamaged as damage:
        return bytes(taken), damage.indices
    pytest.fail("the damage was not noticed")


@pytest.fixture
def two_files(tmp_path: Path) -> tuple[FileSlice, FileSlice]:
    """The end of one chunk and the beginning of the next."""
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_bytes(b"before" + DATA)
    second.write_bytes(DATA + b"after")
    return slice_of(first, 4, DATA, offset=6), slice_of(second, 5, DATA)


def test_slices_come_out_one_after_the_other(two_files: tuple[FileSlice, FileSlice]) -> None:
    window = source(*two_files)
    assert read(window) == DATA + DATA
    assert window.size_bytes == 2 * len(DATA)


def test_a_source_can_be_read_again_for_a_retry(two_files: tuple[FileSlice, FileSlice]) -> None:
    window = source(*two_files)
    unfinished = window.pieces()
    next(unfinished)
    assert read(window) == read(window) == DATA + DATA
    assert isinstance(unfinished, Iterator)


def test_all_pieces_are_views_of_one_bounded_buffer(
    two_files: tuple[FileSlice, FileSlice],
) -> None:
    buffers = {id(piece.obj) for piece in source(*two_files).pieces()}
    assert len(buffers) == 1
    assert max(len(piece) for piece in source(*two_files).pieces()) <= BUFFER_BYTES


def test_an_empty_window_has_no_pieces(tmp_path: Path) -> None:
    assert read(source()) == b""
    (tmp_path / "empty").write_bytes(b"")
    assert read(source(slice_of(tmp_path / "empty", 0, b""))) == b""


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(
    data=st.binary(min_size=1, max_size=400),
    cuts=st.lists(st.integers(0, 400), max_size=5),
)
def test_any_slices_of_a_file_come_out_as_they_are(
    tmp_path: Path, data: bytes, cuts: list[int]
) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)
    borders = sorted({0, len(data), *(min(each, len(data)) for each in cuts)})
    slices = [
        slice_of(path, 0, data[first:stop], offset=first) for first, stop in pairwise(borders)
    ]
    assert read(source(*slices)) == data


@pytest.mark.parametrize("position", [0, BUFFER_BYTES, len(DATA) - 1])
def test_one_flipped_bit_stops_the_body_before_its_last_piece(
    tmp_path: Path, position: int
) -> None:
    path = tmp_path / "file"
    damaged = bytearray(DATA)
    damaged[position] ^= 0x01
    path.write_bytes(damaged)
    taken, indices = read_until_damage(source(slice_of(path, 7, DATA)))
    assert indices == (7,)
    assert len(taken) < len(DATA)


@pytest.mark.parametrize("length", [0, 1, BUFFER_BYTES, len(DATA) - 1])
def test_a_file_that_was_cut_short_never_makes_a_whole_body(tmp_path: Path, length: int) -> None:
    path = tmp_path / "file"
    path.write_bytes(DATA[:length])
    taken, indices = read_until_damage(source(slice_of(path, 7, DATA)))
    assert indices == (7,)
    assert taken == DATA[:length]
    assert len(taken) < len(DATA)


def test_a_file_that_is_gone_names_its_chunk(two_files: tuple[FileSlice, FileSlice]) -> None:
    two_files[1].path.unlink()
    taken, indices = read_until_damage(source(*two_files))
    assert (taken, indices) == (DATA, (5,))


def test_the_wrong_bytes_of_the_right_length_are_damage(
    two_files: tuple[FileSlice, FileSlice],
) -> None:
    shifted = replace(two_files[0], offset=5)
    _, indices = read_until_damage(source(shifted))
    assert indices == (4,)


def test_a_file_that_cannot_be_read_is_not_called_missing(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(IsADirectoryError):
        read(source(slice_of(tmp_path / "folder", 0, DATA)))
    (tmp_path / "file").write_bytes(DATA)
    with pytest.raises(NotADirectoryError):
        read(source(slice_of(tmp_path / "file" / "within", 0, DATA)))


def test_a_reader_that_stops_leaves_no_handle(two_files: tuple[FileSlice, FileSlice]) -> None:
    pieces = source(*two_files).pieces()
    next(pieces)
    del pieces
