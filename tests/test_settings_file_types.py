"""The setting of allowed types: presets, extensions, pairs, content types; every fault at once."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chunk_service.domain.file_types import FileTypes
from chunk_service.domain.known_types import KNOWN_TYPES, PRESETS
from chunk_service.settings.file_types import parse_file_types

PARTS = st.sampled_from(
    [*PRESETS, *KNOWN_TYPES, ".stl=model/stl", "obj=model/obj", ".png=image/x-own", "image/png"]
)


def extensions(text: str) -> list[str]:
    types = parse_file_types(text)
    assert types is not None
    return types.extensions


@pytest.mark.parametrize("value", [None, ""])
def test_unset_allows_everything(value: object) -> None:
    assert parse_file_types(value) is None


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_is_all_its_types(preset: str) -> None:
    assert extensions(preset) == [each.extension for each in PRESETS[preset]]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (".pdf", [".pdf"]),
        (" .PDF , .png,", [".pdf", ".png"]),
        (".pdf .png", [".pdf", ".png"]),
        (".stl=model/stl", [".stl"]),
        ("stl=Model/STL", [".stl"]),
        (".tar.gz=application/x-gtar", [".tar.gz"]),
        ("image/jpeg", [".jpg", ".jpeg"]),
        ("audio/x-wav", [".wav"]),
        ("text/plain", [".txt"]),
        (".pdf,.pdf,application/pdf", [".pdf"]),
        (".zip,.stl=model/stl", [".stl", ".zip"]),
    ],
)
def test_entries_are_read(text: str, found: list[str]) -> None:
    assert extensions(text) == found


def test_what_is_spelled_out_wins_wherever_it_stands() -> None:
    types = parse_file_types("image,.png=image/x-own")
    assert types is not None
    assert types.content_type("a.png") == "image/x-own"


@pytest.mark.parametrize(
    "entry",
    [
        "pdf",
        "images",
        ".stl",
        "model/stl",
        "image/*",
        "=image/png",
        ".png=",
        ".png=png",
        ".png=image/png;q=1",
        ".p/ng=image/png",
        ".png=image/png=x",
        ".",
        "..=a/b",
        "*",
    ],
)
def test_what_is_none_of_them_is_told_by_its_number(entry: str) -> None:
    with pytest.raises(ValueError, match=r"entry 2: (expected|not a known)") as caught:
        parse_file_types(f".pdf,{entry}")
    assert not re.search(rf"(^|\s){re.escape(entry)}(\s|$)", str(caught.value))


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(ValueError, match=r"entry 1: .*entry 3: ") as caught:
        parse_file_types("pdf,.png,.stl")
    assert "entry 2" not in str(caught.value)


@pytest.mark.parametrize("text", [",", " , ,"])
def test_nothing_but_separators_is_a_fault(text: str) -> None:
    with pytest.raises(ValueError, match="at least one"):
        parse_file_types(text)


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused_with_a_reason(text: str) -> None:
    try:
        types = parse_file_types(text)
    except ValueError:
        assert text
    else:
        assert (types is None) == (text == "")
        assert types is None or types.extensions


@given(st.lists(PARTS, min_size=1, max_size=6), st.sampled_from([",", ", ", " "]))
def test_a_list_allows_what_each_of_its_entries_does(parts: list[str], between: str) -> None:
    together = parse_file_types(between.join(parts))
    assert isinstance(together, FileTypes)
    alone = [extension for part in parts for extension in extensions(part)]
    assert set(together.extensions) == set(alone)
    assert parse_file_types(together) is together
