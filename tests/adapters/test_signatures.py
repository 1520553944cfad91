"""First bytes are recognised as what they are, by whichever version of the library is installed."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chunk_service.adapters.signatures import recognise
from chunk_service.domain.file_types import FileTypes
from chunk_service.domain.known_types import KNOWN_TYPES, Sort
from tests.fixtures import first_bytes
from tests.fixtures.first_bytes import BEGINNINGS, PAGES, PROGRAMS

ALL = FileTypes(tuple(KNOWN_TYPES.values()))
# Those that share a container, or are told apart by people only.
ALIKE = (
    {".jpg", ".jpeg"},
    {".tif", ".tiff"},
    {".heic", ".heif", ".avif"},
    {".aif", ".aiff"},
    {".mp3", ".aac"},
    {".ogg", ".oga", ".opus", ".ogv"},
    {".wma", ".wmv"},
    {".m4a", ".mp4", ".m4v", ".mov", ".3gp", ".3g2"},
    {".mpg", ".mpeg"},
    {".ts", ".mts"},
    {".webm", ".mkv"},
    {".doc", ".xls", ".ppt"},
    {".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp", ".epub", ".zip"},
    {".txt", ".csv", ".md", ".json", ".svg", ".xml", ".html", ".htm"},
)


def fault(extension: str, content: bytes) -> str | None:
    return ALL.bytes_fault(f"file{extension}", content, recognise(content))


def passes_for(content: bytes) -> set[str]:
    return {extension for extension in KNOWN_TYPES if fault(extension, content) is None}


def test_there_is_a_beginning_of_every_known_type() -> None:
    assert BEGINNINGS.keys() == KNOWN_TYPES.keys()


@pytest.mark.parametrize("extension", BEGINNINGS)
def test_every_type_is_taken_for_itself(extension: str) -> None:
    assert fault(extension, BEGINNINGS[extension]) is None
    assert fault(extension, BEGINNINGS[extension].ljust(8192, b"\xa5")) is None


@pytest.mark.parametrize("real", BEGINNINGS)
def test_no_type_passes_for_one_that_looks_otherwise(real: str) -> None:
    alike = next((group for group in ALIKE if real in group), {real})
    assert passes_for(BEGINNINGS[real]) <= alike


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_passes_for_nothing(program: str) -> None:
    assert passes_for(PROGRAMS[program]) == set()


@pytest.mark.parametrize("page", PAGES)
def test_a_page_passes_for_nothing_else(page: str) -> None:
    assert passes_for(PAGES[page]) <= {".html", ".htm"}


@pytest.mark.parametrize(
    ("extension", "content"),
    [
        (".wav", b"<script>WAVE"),
        (".wav", b"MZ\x90\x00\x03\x00\x00\x00WAVEfmt "),
        (".avi", b"%PDF-1.7AVI LIST"),
        (".mov", b"%PDFmoov"),
        (".xls", first_bytes.EXE.ljust(512, b"\x00") + b"\xfd\xff\xff\xff\x10"),
        (".tar", first_bytes.ELF.ljust(257, b"\x00") + b"ustar\x0000"),
        (".mp3", first_bytes.HTML + first_bytes.MP3),
        (".pdf", b"<html>" + first_bytes.PDF),
        (".zip", first_bytes.EXE + first_bytes.ZIP),
        (".png", b" " + first_bytes.PNG),
        (".gif", b"gif89a"),
        (".txt", b"%PDF-1.4 all in letters"),
        (".csv", b"GIF89a=1;alert(1)"),
        (".csv", b"<?xml version='1.0'?><x/>"),
        (".txt", b"a\x00b"),
        (".json", first_bytes.UTF16_HTML),
        (".mp3", first_bytes.TEXT),
        (".ts", b"Good morning"),
    ],
)
def test_one_thing_in_the_clothes_of_another_is_seen(extension: str, content: bytes) -> None:
    assert fault(extension, content) is not None


def test_an_mp3_may_begin_with_what_no_signature_knows() -> None:
    assert fault(".mp3", bytes(100) + first_bytes.MP3) is None


SIGNED = sorted(each for each, known in KNOWN_TYPES.items() if known.sort is Sort.SIGNED)


@given(st.binary(min_size=1, max_size=600), st.sampled_from(SIGNED))
def test_what_is_not_recognised_passes_for_no_type_with_a_signature(
    content: bytes, extension: str
) -> None:
    is_alike = bool(recognise(content) & KNOWN_TYPES[extension].looks)
    assert is_alike or fault(extension, content) is not None


def test_bytes_that_name_a_file_are_not_looked_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "image.png").write_bytes(first_bytes.PNG)
    monkeypatch.chdir(tmp_path)
    assert Path("image.png").is_file()
    assert recognise(b"image.png") == frozenset()


def test_nothing_is_nothing() -> None:
    assert recognise(b"") == frozenset()
