"""Bytes to send: one buffer that looks random everywhere, so that windows cannot be mixed up."""

import random
from functools import cache

MIB = 1024 * 1024
PART_BYTES = 8 * MIB


@cache
def _buffer() -> bytes:
    return random.Random(1).randbytes(26 * MIB)


def content_of(size_bytes: int) -> bytes:
    assert size_bytes <= len(_buffer())
    return _buffer()[:size_bytes]


def cut(content: bytes, chunk_bytes: int) -> list[bytes]:
    """At least one chunk: an empty file is one empty chunk."""
    starts = range(0, max(len(content), 1), chunk_bytes)
    return [content[start : start + chunk_bytes] for start in starts]
