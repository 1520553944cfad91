"""Sizes and durations are read as people write them, and nothing else is guessed."""

from datetime import timedelta

import pytest

from chunk_service.settings.quantities import parse_duration, parse_size


@pytest.mark.parametrize(
    ("text", "size_bytes"),
    [
        ("0", 0),
        ("8388608", 8 * 2**20),
        (8388608, 8 * 2**20),
        ("8MiB", 8 * 2**20),
        (" 8 mib ", 8 * 2**20),
        ("20GiB", 20 * 2**30),
        ("5TiB", 5 * 2**40),
        ("64KiB", 2**16),
        ("1kB", 1000),
        ("5MB", 5_000_000),
        ("7B", 7),
    ],
)
def test_a_size_is_whole_bytes(text: object, size_bytes: int) -> None:
    assert parse_size(text) == size_bytes


@pytest.mark.parametrize(
    "text", ["", "-1", "+1", "1.5MiB", "8M", "8 MiB 1", "MiB", "1e6", "٣", True, None, "9" * 19]
)
def test_no_other_size_is_guessed(text: object) -> None:
    with pytest.raises(ValueError, match="a size is"):
        parse_size(text)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("86400", 86400),
        ("24h", 86400),
        ("7d", 604800),
        ("1w", 604800),
        ("15m", 900),
        ("1.5s", 1.5),
        ("500ms", 0.5),
        (" 90 ", 90),
        (timedelta(seconds=5), 5),
    ],
)
def test_a_duration_has_one_unit(text: object, seconds: float) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text", ["", "0", "0h", "-1", "1h30m", "1 month", "h", "inf", "nan", "1e3", "36501d", "9" * 13]
)
def test_no_other_duration_is_guessed(text: str) -> None:
    with pytest.raises(ValueError, match="a duration is"):
        parse_duration(text)
