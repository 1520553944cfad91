"""Ranges and conditions by RFC 9110, as a table."""

from datetime import UTC, datetime
from http import HTTPStatus

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers

from chunk_service.api.conditions import Judged, Shown, judge

SHOWN = Shown('"abc"', datetime(2026, 11, 20, 12, 30, 15, 999_000, tzinfo=UTC), 10)
EMPTY = Shown('"abc"', SHOWN.modified, 0)
THEN = "Fri, 20 Nov 2026 12:30:15 GMT"
EARLIER = "Fri, 20 Nov 2026 12:30:14 GMT"
WHOLE = Judged(HTTPStatus.OK, (0, 10))
BEYOND = Judged(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
KNOWN = Judged(HTTPStatus.NOT_MODIFIED)
ANOTHER = Judged(HTTPStatus.PRECONDITION_FAILED)


def part(first: int, end: int) -> Judged:
    return Judged(HTTPStatus.PARTIAL_CONTENT, (first, end))


def judged(method: str = "GET", shown: Shown = SHOWN, **given: str | list[str]) -> Judged:
    lines = [
        (name.replace("_", "-").encode(), value.encode("latin-1"))
        for name, values in given.items()
        for value in ([values] if isinstance(values, str) else values)
    ]
    return judge(method, Headers(raw=lines), shown)


def test_without_conditions_it_is_the_whole() -> None:
    assert judged() == judged("HEAD") == WHOLE
    assert SHOWN.last_modified == THEN


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("bytes=0-0", part(0, 1)),
        ("bytes=0-9", part(0, 10)),
        ("bytes=3-5", part(3, 6)),
        ("bytes=3-", part(3, 10)),
        ("bytes=9-", part(9, 10)),
        ("bytes=3-99999999999999999999999", part(3, 10)),
        ("bytes=-1", part(9, 10)),
        ("bytes=-10", part(0, 10)),
        ("bytes=-11", part(0, 10)),
        ("BYTES = 3-5 ", part(3, 6)),
        ("bytes=10-", BEYOND),
        ("bytes=10-20", BEYOND),
        ("bytes=99999999999999999999999-", BEYOND),
        ("bytes=-0", BEYOND),
        ("bytes=5-3", WHOLE),
        ("bytes=0-1,3-4", WHOLE),
        ("bytes=0-1, 20-", WHOLE),
        ("bytes=-", WHOLE),
        ("bytes=", WHOLE),
        ("bytes=a-b", WHOLE),
        ("bytes=0x1-2", WHOLE),
        ("bytes=+1-2", WHOLE),
        ("bytes=1 - 2", WHOLE),
        ("bytes=\xb2-", WHOLE),
        ("lines=1-2", WHOLE),
        ("0-1", WHOLE),
        ("", WHOLE),
        ("bytes=" + "9" * 5000 + "-", WHOLE),
    ],
)
def test_a_range_is_given_refused_or_passed_over(asked: str, answered: Judged) -> None:
    assert judged(range=asked) == answered
    assert judged("HEAD", range=asked) == WHOLE


def test_two_lines_of_ranges_are_several() -> None:
    assert judged(range=["bytes=0-1", "bytes=2-3"]) == WHOLE


@pytest.mark.parametrize(
    ("asked", "status"),
    [("bytes=0-", 416), ("bytes=0-0", 416), ("bytes=-0", 416), ("bytes=-5", 200)],
)
def test_of_nothing_no_range_can_be_given(asked: str, status: int) -> None:
    assert judged(shown=EMPTY, range=asked).status == status


@pytest.mark.parametrize(
    ("named", "answered"),
    [
        ('"abc"', KNOWN),
        ('W/"abc"', KNOWN),
        ('"x", "abc"', KNOWN),
        (['"x"', '"abc"'], KNOWN),
        ("*", KNOWN),
        ('"x,abc"', WHOLE),
        ("abc", WHOLE),
        ('"ABC"', WHOLE),
        ("", WHOLE),
    ],
    ids=str,
)
def test_what_the_client_has_is_not_sent_again(named: str | list[str], answered: Judged) -> None:
    assert judged(if_none_match=named) == judged("HEAD", if_none_match=named) == answered


def test_the_name_of_the_version_counts_before_its_date() -> None:
    assert judged(if_modified_since=THEN) == KNOWN
    assert judged(if_modified_since=THEN, if_none_match='"x"') == WHOLE
    assert judged(if_unmodified_since=EARLIER) == ANOTHER
    assert judged(if_unmodified_since=EARLIER, if_match='"abc"') == WHOLE
    assert judged(if_unmodified_since=THEN) == judged(if_modified_since=EARLIER) == WHOLE


@pytest.mark.parametrize(
    "odd",
    [
        "yesterday",
        "",
        "Fri, 20 Nov 2026 12:30:15",
        "Fri, 99 Nov 2026 12:30:15 GMT",
        "0",
        "Fri, 20 Nov 99999999999 12:30:15 GMT",
        "Fri, 20 Xxx 2026 12:30:15 GMT",
        [THEN, THEN],
    ],
    ids=str,
)
def test_a_date_that_is_none_is_passed_over(odd: str | list[str]) -> None:
    assert judged(if_modified_since=odd) == judged(if_unmodified_since=odd) == WHOLE


@pytest.mark.parametrize(
    ("named", "answered"),
    [
        ('"abc"', WHOLE),
        ("*", WHOLE),
        ('"x", "abc"', WHOLE),
        ('W/"abc"', ANOTHER),
        ('"x"', ANOTHER),
        ("abc", ANOTHER),
    ],
)
def test_who_means_another_version_gets_none(named: str, answered: Judged) -> None:
    assert judged(if_match=named) == answered
    assert judged(if_match=named, if_none_match='"abc"') == (
        KNOWN if answered == WHOLE else ANOTHER
    )


@pytest.mark.parametrize(
    ("validator", "answered"),
    [
        ('"abc"', part(3, 6)),
        (THEN, part(3, 6)),
        ('W/"abc"', WHOLE),
        ('"x"', WHOLE),
        (EARLIER, WHOLE),
        ("*", WHOLE),
        ("", WHOLE),
        (['"abc"', '"abc"'], WHOLE),
    ],
    ids=str,
)
def test_a_part_is_given_only_of_what_the_client_has(
    validator: str | list[str], answered: Judged
) -> None:
    assert judged(range="bytes=3-5", if_range=validator) == answered


def test_a_part_beyond_the_end_of_another_version_is_the_whole() -> None:
    assert judged(range="bytes=10-", if_range='"x"') == WHOLE


@given(
    st.text(alphabet="bytes=0123456789-, ", max_size=24),
    st.integers(min_value=0, max_value=40),
)
def test_whatever_is_asked_a_part_lies_within(asked: str, size_bytes: int) -> None:
    shown = Shown('"abc"', SHOWN.modified, size_bytes)
    found = judged(shown=shown, range=asked)
    first, end = found.wanted
    assert found.status in (200, 206, 416)
    assert found.status == 416 or 0 <= first <= end <= size_bytes
    assert found.status != 206 or first < end
    assert found.status != 200 or (first, end) == (0, size_bytes)
