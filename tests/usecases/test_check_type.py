"""The two questions that every way in asks, and that only first bytes are ever looked at."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from chunk_service.domain.errors import UnsupportedMediaType, ValidationFailed
from chunk_service.domain.file_types import ENOUGH_BYTES, FIRST_BYTES, FileTypes
from chunk_service.domain.known_types import KNOWN_TYPES, named_type
from chunk_service.usecases.check_type import MOST_NAMED, FirstBytes, TypeCheck
from tests.fixtures.uploads import an_upload, with_chunks

PNG = frozenset({".png"})


@dataclass
class Recogniser:
    """Takes everything for a picture, and notes how much it was shown."""

    shown: list[int] = field(default_factory=list)

    def __call__(self, first_bytes: bytes) -> frozenset[str]:
        self.shown.append(len(first_bytes))
        return PNG


def check_of(recognise: Recogniser, *extensions: str) -> TypeCheck:
    return TypeCheck(FileTypes(tuple(KNOWN_TYPES[each] for each in extensions)), recognise)


def test_without_types_nothing_is_looked_at() -> None:
    recognise = Recogniser()
    check = TypeCheck(None, recognise)
    assert not check.is_wanted
    check.check_name("a.exe", "text/html")
    check.check_bytes("a.exe", "text/html", b"MZ")
    check.check_chunk_size(1, None)
    assert check.content_type("a.exe", "text/html") == "text/html"
    assert recognise.shown == []


def test_no_more_than_the_first_bytes_are_shown() -> None:
    recognise = Recogniser()
    check_of(recognise, ".png").check_bytes("a.png", None, bytes(FIRST_BYTES + 1))
    assert recognise.shown == [FIRST_BYTES]


def test_bytes_are_held_against_name_and_claim_too() -> None:
    check = check_of(Recogniser(), ".png", ".pdf")
    check.check_bytes("a.png", "image/png", b"x")
    for name, claimed in (("a.exe", None), ("a.png", "text/html"), ("a.pdf", None)):
        with pytest.raises(UnsupportedMediaType):
            check.check_bytes(name, claimed, b"x")


def test_a_refusal_says_what_is_allowed() -> None:
    with pytest.raises(UnsupportedMediaType) as caught:
        check_of(Recogniser(), ".png", ".pdf").check_name("a.exe", None)
    assert caught.value.detail == (
        "The name does not have an allowed extension. Allowed are .png, .pdf."
    )
    assert caught.value.facts == {"allowed_extensions": [".png", ".pdf"]}


def test_a_long_list_is_cut_short() -> None:
    types = FileTypes(tuple(named_type(f".x{n}", "x/x") for n in range(MOST_NAMED + 7)))
    with pytest.raises(UnsupportedMediaType) as caught:
        TypeCheck(types, Recogniser()).check_name("a.exe", None)
    assert caught.value.detail.endswith(f".x{MOST_NAMED - 1} and 7 more.")
    assert caught.value.facts["allowed_extensions"] == types.extensions[:MOST_NAMED]


@pytest.mark.parametrize(
    ("changes", "is_taken"),
    [
        ({}, True),
        ({"total_size": 5}, True),
        ({"total_chunks": 1}, True),
        ({"total_size": 6}, False),
        ({"total_chunks": 2}, False),
        ({"highest_index": 1}, False),
    ],
)
def test_a_short_first_chunk_is_the_whole_file_or_refused(
    changes: dict[str, int], *, is_taken: bool
) -> None:
    check = check_of(Recogniser(), ".png")
    upload = an_upload(original_file_name="a.png", content_type="image/png", **changes)
    check.check_first_chunk(upload, bytes(ENOUGH_BYTES))
    if is_taken:
        check.check_first_chunk(upload, bytes(5))
    else:
        with pytest.raises(ValidationFailed):
            check.check_first_chunk(upload, bytes(5))
        with pytest.raises(ValidationFailed):
            check.check_first_chunk(upload, bytes(ENOUGH_BYTES - 1))


@pytest.mark.parametrize(
    ("chunk_size", "total_size", "is_taken"),
    [
        (None, None, True),
        (ENOUGH_BYTES, None, True),
        (ENOUGH_BYTES - 1, None, False),
        (ENOUGH_BYTES - 1, ENOUGH_BYTES - 1, True),
        (ENOUGH_BYTES - 1, ENOUGH_BYTES, False),
    ],
)
def test_a_declared_chunk_size_shows_enough(
    chunk_size: int | None, total_size: int | None, *, is_taken: bool
) -> None:
    check = check_of(Recogniser(), ".png")
    if is_taken:
        check.check_chunk_size(chunk_size, total_size)
    else:
        with pytest.raises(ValidationFailed):
            check.check_chunk_size(chunk_size, total_size)


@pytest.mark.parametrize("size_bytes", [None, ENOUGH_BYTES])
def test_a_first_chunk_that_showed_enough_completes(size_bytes: int | None) -> None:
    check_of(Recogniser(), ".png").check_shown(size_bytes)


def test_a_first_chunk_that_showed_too_little_does_not() -> None:
    with pytest.raises(ValidationFailed):
        check_of(Recogniser(), ".png").check_shown(ENOUGH_BYTES - 1)


def test_a_recorded_chunk_behind_it_proves_that_more_came() -> None:
    upload = with_chunks(2, size_bytes=10, original_file_name="a.png", content_type=None)
    with pytest.raises(ValidationFailed):
        check_of(Recogniser(), ".png").check_first_chunk(upload, bytes(5))


async def _pieces(*sizes: int) -> AsyncIterator[bytes]:
    for size_bytes in sizes:
        yield b"x" * size_bytes


@pytest.mark.parametrize(
    ("sizes", "judged"),
    [
        ((), 0),
        ((1,), 1),
        ((FIRST_BYTES - 1,), FIRST_BYTES - 1),
        ((FIRST_BYTES,), FIRST_BYTES),
        ((FIRST_BYTES, 1), FIRST_BYTES),
        ((3 * FIRST_BYTES, FIRST_BYTES), FIRST_BYTES),
        ((1, FIRST_BYTES - 2, 5, 5), FIRST_BYTES),
    ],
)
async def test_first_bytes_are_judged_once_however_they_come(
    sizes: tuple[int, ...], judged: int
) -> None:
    shown: list[bytes] = []
    first = FirstBytes(shown.append)
    through = b"".join([piece async for piece in first.over(_pieces(*sizes))])
    assert through == b"x" * sum(sizes)
    assert shown == [b"x" * judged]
    assert first.kept == shown[0]


async def test_pieces_are_let_go_before_the_next_is_asked_for() -> None:
    buffers = [bytearray(FIRST_BYTES) for _ in range(3)]

    async def views() -> AsyncIterator[memoryview]:
        for buffer in buffers:
            yield memoryview(buffer)
            buffer.clear()

    async for piece in FirstBytes().over(views()):
        assert len(piece) == FIRST_BYTES
        del piece


async def test_what_is_refused_is_not_read_on() -> None:
    read: list[int] = []

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(10):
            read.append(FIRST_BYTES)
            yield bytes(FIRST_BYTES)

    def refuse(first_bytes: bytes) -> None:
        raise UnsupportedMediaType

    with pytest.raises(UnsupportedMediaType):
        async for _ in FirstBytes(refuse).over(pieces()):
            pass
    assert len(read) == 1
