"""The extension decides, a claim must go with it, and bytes must not show something else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chunk_service.domain.file_types import FileTypes
from chunk_service.domain.known_types import KNOWN_TYPES, PRESETS, Sort, named_type

TYPES = FileTypes(
    (
        named_type(".stl", "model/stl"),
        named_type(".raw", "application/octet-stream"),
        named_type(".py", "text/x-python"),
        named_type(".log", "text/plain"),
        named_type(".tar.gz", "application/x-gtar"),
        *(KNOWN_TYPES[each] for each in (".jpg", ".png", ".csv", ".mp3", ".gz")),
    )
)
NOTHING = frozenset[str]()


@pytest.mark.parametrize(
    "name", ["a.png", "A.PNG", "a.b.png", "évil.exe.png", "folder/a.png", "C:\\x\\a.png", "a .png"]
)
def test_a_name_with_an_allowed_extension_is_taken(name: str) -> None:
    assert TYPES.name_fault(name, None) is None
    assert TYPES.content_type(name) == "image/png"


@pytest.mark.parametrize(
    "name",
    [
        "a",
        "png",
        ".png",
        "folder.png/a",
        "folder/.png",
        "a.png.exe",
        "a.png.",
        "a.png ",
        "a.pngx",
        "a.ｐｎｇ",
        "a.png\\",
        "",
    ],
)
def test_any_other_name_is_not(name: str) -> None:
    assert TYPES.name_fault(name, None) == "The name does not have an allowed extension"
    assert TYPES.name_fault(name, "image/png") is not None
    assert TYPES.bytes_fault(name, b"x", frozenset({".png"})) is not None


@pytest.mark.parametrize(
    ("name", "claimed"),
    [
        ("a.jpg", "image/jpeg"),
        ("a.jpg", "IMAGE/JPEG; q=1"),
        ("a.jpg", "image/pjpeg"),
        ("a.jpg", "application/octet-stream"),
        ("a.csv", "text/plain; charset=utf-8"),
        ("a.stl", "model/stl"),
    ],
)
def test_a_claim_that_goes_with_the_extension_is_taken(name: str, claimed: str) -> None:
    assert TYPES.name_fault(name, claimed) is None


@pytest.mark.parametrize(
    ("name", "claimed"),
    [
        ("a.jpg", "text/html"),
        ("a.jpg", "image/png"),
        ("a.jpg", "image/*"),
        ("a.jpg", ""),
        ("a.csv", "text/html"),
        ("a.stl", "application/sla"),
        ("a.png", "image/svg+xml"),
    ],
)
def test_a_claim_never_overrides_the_extension(name: str, claimed: str) -> None:
    assert "does not go with" in str(TYPES.name_fault(name, claimed))


def test_the_longest_extension_decides() -> None:
    assert TYPES.content_type("a.tar.gz") == "application/x-gtar"
    assert TYPES.content_type("a.gz") == "application/gzip"


def test_what_is_spelled_out_first_is_stored_and_all_of_it_may_be_claimed() -> None:
    types = FileTypes((named_type(".png", "image/x-own"), KNOWN_TYPES[".png"]))
    assert types.content_type("a.png") == "image/x-own"
    assert types.name_fault("a.png", "image/png") is None
    assert types.name_fault("a.png", "image/x-own") is None
    assert types.bytes_fault("a.png", b"x", NOTHING) is not None


@pytest.mark.parametrize(
    ("name", "content", "recognised", "is_taken"),
    [
        ("a.png", b"\x89PNG", {".png"}, True),
        ("a.png", b"\x89PNG", NOTHING, False),
        ("a.png", b"", NOTHING, True),
        ("a.mp3", b"\x00\x01", NOTHING, True),
        ("a.mp3", b"words", NOTHING, False),
        ("a.mp3", b"\x00\x01", {".ico"}, False),
        ("a.csv", b"a;b", NOTHING, True),
        ("a.csv", b"a;b", {".eml"}, True),
        ("a.csv", b"a;b", {".pdf"}, False),
        ("a.csv", b"a;\x00", NOTHING, False),
        ("a.csv", b"\xff\xfea\x00", NOTHING, True),
        ("a.csv", b"\xfe\xff\x00a", NOTHING, True),
        ("a.csv", b"\xff\xfe\x00\x00a\x00\x00\x00", NOTHING, False),
        ("a.stl", b"words", NOTHING, True),
        ("a.stl", b"\x00\x01", {".ico"}, True),
        ("a.stl", b"MZ", {".exe"}, False),
        ("a.stl", b"<html>", NOTHING, False),
        ("a.raw", b"MZ", {".exe"}, True),
        ("a.raw", b"<html>", {".html"}, True),
        ("a.py", b"#!/usr/bin/python", {".sh"}, True),
        ("a.py", b"\x7fELF", {".elf"}, False),
        ("a.py", b"a\x00", NOTHING, False),
        ("a.log", b"#!/bin/sh", {".sh"}, False),
        ("a.log", b"<b>x", NOTHING, False),
        ("a.log", b"<bold>x", NOTHING, True),
        ("a.log", b"a <b>", NOTHING, True),
    ],
)
def test_bytes_must_not_show_something_else(
    name: str, content: bytes, recognised: frozenset[str], is_taken: bool
) -> None:
    assert (TYPES.bytes_fault(name, content, frozenset(recognised)) is None) == is_taken


def test_a_program_is_taken_where_it_is_what_was_allowed() -> None:
    types = FileTypes((named_type(".exe", "application/vnd.microsoft.portable-executable"),))
    assert types.bytes_fault("a.exe", b"MZ", frozenset({".exe", ".dll"})) is None
    assert types.bytes_fault("a.exe", b"\x7fELF", frozenset({".elf"})) is not None


@given(st.text(max_size=60), st.none() | st.text(max_size=60))
def test_whatever_is_taken_has_a_type_to_be_stored_as(name: str, claimed: str | None) -> None:
    if TYPES.name_fault(name, claimed) is None:
        assert TYPES.content_type(name) is not None


def test_presets_hold_nothing_that_runs_where_it_is_opened() -> None:
    preset = {each.extension for group in PRESETS.values() for each in group}
    assert not preset & {".svg", ".html", ".htm", ".xml", ".zip"}


def test_types_with_a_signature_say_what_it_is() -> None:
    for known in KNOWN_TYPES.values():
        assert known.content_types
        assert known.extension.startswith(".")
        if known.sort in (Sort.SIGNED, Sort.LOOSE):
            assert known.looks
