"""Whatever a client claimed, a file is handed out as an attachment that runs nothing."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chunk_service.domain.serving import OCTETS, attachment, served_type

HEADER = re.compile(r"attachment; filename=\"[ -~]*\"; filename\*=UTF-8''[A-Za-z0-9!#$&+.^_`|~%-]+")


@pytest.mark.parametrize(
    ("claimed", "served"),
    [
        ("audio/mpeg", "audio/mpeg"),
        ("VIDEO/MP4", "video/mp4"),
        ("image/png", "image/png"),
        ("text/plain; charset=utf-8", "text/plain"),
        ("text/html", OCTETS),
        ("image/svg+xml", OCTETS),
        ("application/xhtml+xml", OCTETS),
        ("text/javascript", OCTETS),
        ("application/x-anything", OCTETS),
        ("", OCTETS),
    ],
)
def test_only_harmless_types_are_told(claimed: str, served: str) -> None:
    assert served_type(claimed) == served


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("a.mp3", "attachment; filename=\"a.mp3\"; filename*=UTF-8''a.mp3"),
        ('a"b\\c.mp3', "attachment; filename=\"a_b_c.mp3\"; filename*=UTF-8''a%22b%5Cc.mp3"),
        ("é/ü.mp3", "attachment; filename=\"___.mp3\"; filename*=UTF-8''%C3%A9%2F%C3%BC.mp3"),
    ],
)
def test_a_name_is_given_back_as_it_was(name: str, header: str) -> None:
    assert attachment(name) == header


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=50))
def test_no_name_leaves_its_header(name: str) -> None:
    assert HEADER.fullmatch(attachment(name))
