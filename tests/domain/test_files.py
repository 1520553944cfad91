"""No name that a client gives can leave its place in a key, or make a key unsafe."""

import re
from urllib.parse import unquote, urlsplit
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chunk_service.domain.files import (
    MAX_KEY_NAME_CHARACTERS,
    MAX_NAME_CHARACTERS,
    name_fault,
    object_key,
    object_url,
    safe_name,
    text_fault,
)

SAFE = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
UNIQUE = UUID("01968c5e-7b7e-7c3a-9d5e-3f1f0f6f2a10")

hostile = st.text() | st.text(alphabet="./\\ ._-aé\x00\u202e\uff0e\uff0f%~", max_size=300)


@given(hostile)
def test_a_key_has_one_folder_a_uuid_and_a_safe_alphabet(file_name: str) -> None:
    folder, slash, rest = object_key(UNIQUE, file_name).partition("/")
    assert (folder, slash) == ("uploads", "/")
    assert rest.startswith(f"{UNIQUE}-")
    assert SAFE.fullmatch(rest)


@given(hostile)
def test_a_safe_name_is_short_and_neither_hidden_nor_a_way_up(file_name: str) -> None:
    name = safe_name(file_name)
    assert SAFE.fullmatch(name)
    assert len(name) <= MAX_KEY_NAME_CHARACTERS
    assert ".." not in name
    assert not name.endswith(".")


@given(hostile)
def test_a_safe_name_stays_as_it_is(file_name: str) -> None:
    assert safe_name(safe_name(file_name)) == safe_name(file_name)


@pytest.mark.parametrize(
    ("file_name", "name"),
    [
        ("audio.mp3", "audio.mp3"),
        ("Ünïcode né.tar.gz", "Unicode_ne.tar.gz"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("C:\\fakepath\\cat.jpg", "cat.jpg"),
        ("/", "file"),
        ("..", "file"),
        (".htaccess", "htaccess"),
        ("a/..", "file"),
        ("日本語", "file"),
        ("日本語.pdf", "pdf"),
        ("a\x00b.txt", "a_b.txt"),
        ("a..b...c", "a.b.c"),
        ("a b&c=d?e#f.txt", "a_b_c_d_e_f.txt"),
        ("．．／x", "x"),
        ("x" * 300, "x" * 100),
        ("x" * 300 + ".jpeg", "x" * 95 + ".jpeg"),
        ("x" * 300 + "." + "y" * 17, "x" * 100),
        ("x" * 95 + "." + "y" * 50 + ".mp3", "x" * 95 + ".mp3"),
        ("x" * 99 + ". " + "y" * 50, "x" * 99),
    ],
)
def test_names_become_keys_that_people_still_recognise(file_name: str, name: str) -> None:
    assert safe_name(file_name) == name


@pytest.mark.parametrize("file_name", ["a", "a" * MAX_NAME_CHARACTERS, "é 日本.txt", "../x", "🎵"])
def test_a_name_to_be_kept_may_hold_whatever_people_write(file_name: str) -> None:
    assert name_fault(file_name) is None


@pytest.mark.parametrize(
    "file_name",
    [
        "",
        " ",
        "\u3000",
        "a" * (MAX_NAME_CHARACTERS + 1),
        "a\x00",
        "a\nb",
        "a\x7f",
        "a\x85",
        "\ud800",
        "a\u2028b",
        "a\u2029b",
    ],
)
def test_a_name_that_cannot_be_stored_or_shown_is_refused(file_name: str) -> None:
    assert name_fault(file_name) is not None


@given(st.text())
def test_a_text_without_fault_can_be_stored_as_one_line(text: str) -> None:
    if text_fault(text) is None:
        assert "\x00" not in text
        assert text.encode().decode() == text
        assert len(text.splitlines()) <= 1


@given(hostile)
def test_an_address_leads_back_to_its_key(file_name: str) -> None:
    key = object_key(UNIQUE, file_name)
    parts = urlsplit(object_url("https://s3.example/base/", "bucket", key))
    assert unquote(parts.path) == f"/base/bucket/{key}"
    assert (parts.query, parts.fragment) == ("", "")
