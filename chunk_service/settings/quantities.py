"""How sizes and durations are written in settings: `8388608` or `8MiB`, `86400` or `24h`.

Sizes become whole bytes, durations become `timedelta`, so the unit travels with the value.
Errors are ValueErrors whose text says what is expected; they never repeat what was given.
"""

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator

_SIZE_UNITS = {
    "": 1,
    "b": 1,
    "kb": 10**3,
    "mb": 10**6,
    "gb": 10**9,
    "tb": 10**12,
    "kib": 2**10,
    "mib": 2**20,
    "gib": 2**30,
    "tib": 2**40,
}
_SECONDS = {"": 1.0, "ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_SIZE = re.compile(r"(?P<number>[0-9]{1,18})\s*(?P<unit>[A-Za-z]*)")
_DURATION = re.compile(r"(?P<number>[0-9]{1,12}(\.[0-9]{1,6})?)\s*(?P<unit>[A-Za-z]*)")
_LONGEST_SECONDS = 100 * 365 * 86400.0


def parse_size(value: object) -> int:
    """Whole bytes from `8388608`, `8MiB`, `20 GiB` or `500MB`."""
    match = _SIZE.fullmatch(str(value).strip())
    unit = _SIZE_UNITS.get(match["unit"].lower()) if match else None
    if match is None or unit is None:
        raise ValueError("a size is a whole number of bytes or one with a unit: 8388608, 8MiB")
    return int(match["number"]) * unit


def parse_duration(value: object) -> timedelta:
    """A duration from seconds or a number with one unit: `90`, `1.5s`, `15m`, `24h`, `7d`."""
    if isinstance(value, timedelta):
        return value
    match = _DURATION.fullmatch(str(value).strip())
    unit = _SECONDS.get(match["unit"].lower()) if match else None
    if match is None or unit is None:
        raise ValueError("a duration is a number of seconds or one with a unit: 90, 15m, 24h, 7d")
    seconds = float(match["number"]) * unit
    if not 0 < seconds <= _LONGEST_SECONDS:
        raise ValueError("a duration is longer than nothing and shorter than a century")
    return timedelta(seconds=seconds)


Size = Annotated[int, BeforeValidator(parse_size)]
Duration = Annotated[timedelta, BeforeValidator(parse_duration)]
