"""Whether the database is asked while a body is read: chunks that take seconds, and a look at what
went through the counting proxy meanwhile, beside what an idle service asks in the same time.
"""

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import repeat

from benchmarks.client.connection import Connection
from benchmarks.client.numbered import NumberedChunks
from benchmarks.client.source import Source
from benchmarks.client.ways import Job
from benchmarks.contestants.contestant import Running
from benchmarks.counting_proxy import RoundTrips
from benchmarks.sizes import MIB

AT_ONCE = 8
CHUNK_BYTES = 8 * MIB
_BODY_SECONDS = 5.0
_OPENED_AFTER_SECONDS = 1.0  # until then the chunk was admitted, which asks the database
_LAST_PIECE_SECONDS = 0.2  # before the last byte: after it the chunk is noted, which asks it too
_FIRST_NUMBER = 2 * 10**8


@dataclass(frozen=True, slots=True)
class WhileReading:
    """`asked` in so many seconds; `of_requests` are statements that were asked for each body."""

    seconds: float
    asked: int
    of_requests: Sequence[tuple[str, int]]

    @property
    def asked_by_requests(self) -> int:
        return sum(times for _, times in self.of_requests)


def while_reading(
    running: Running,
    chunks: NumberedChunks,
    trips: RoundTrips,
    source: Source,
    idle_per_second: Mapping[str, float],
) -> WhileReading:
    """`idle_per_second` is what a service asks that has nothing to do, by statement."""
    mbit = CHUNK_BYTES * 8 / 1e6 / _BODY_SECONDS
    with ExitStack() as opened, ThreadPoolExecutor(AT_ONCE) as threads:
        lines = [
            opened.enter_context(Connection(running.url, source, mbit=mbit)) for _ in range(AT_ONCE)
        ]
        jobs = [Job(_FIRST_NUMBER + number, CHUNK_BYTES, CHUNK_BYTES) for number in range(AT_ONCE)]
        uploads = list(map(chunks.begin, lines, jobs))
        began = time.monotonic()
        replies = list(threads.map(chunks.first_chunk, lines, uploads, repeat(CHUNK_BYTES)))
    first = began + _OPENED_AFTER_SECONDS
    last = min(reply.sent_at for reply in replies) - _LAST_PIECE_SECONDS
    asked = trips.asked_between(first, last)
    seconds = last - first
    return WhileReading(seconds, asked.total(), asked_for_each(asked, idle_per_second, seconds))


def asked_for_each(
    asked: Mapping[str, int], idle_per_second: Mapping[str, float], seconds: float
) -> list[tuple[str, int]]:
    """What comes from time to time (a lease, a ping) may come now and not then; what a request asks
    while it reads is asked at least as often as there are bodies."""
    return [
        (text, times)
        for text, times in asked.items()
        if times - idle_per_second.get(text, 0) * seconds >= AT_ONCE
    ]
