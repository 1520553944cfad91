"""What the ways of all contestants have in common: what is to be sent, and what is to be told.

A way sends one file over the connections it is given, in as many threads as there are connections.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from benchmarks.client.connection import Connection, Reply

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Job:
    """One file; `number` makes its name."""

    number: int
    size_bytes: int
    chunk_bytes: int


@dataclass(slots=True)
class Sent:
    """Moments of the monotonic clock, and seconds. `objects` is how many of which size must be."""

    object_bytes: int
    objects: int = 1
    last_byte_at: float = 0
    completing_seconds: float = 0
    chunk_seconds: list[float] = field(default_factory=list)

    def noting(self, call: Callable[[], Reply]) -> Reply:
        """Make a call that carries bytes."""
        began = time.monotonic()
        reply = call()
        self.chunk_seconds.append(time.monotonic() - began)
        self.last_byte_at = max(self.last_byte_at, reply.sent_at)
        return reply


class Way(Protocol):
    """CallFailed where the contestant does not take it."""

    def send(self, job: Job, lines: Sequence[Connection]) -> Sent: ...


def shared(
    items: Iterable[T], lines: Sequence[Connection], do: Callable[[Connection, T], object]
) -> None:
    """Each connection takes the next item as soon as it is free."""
    left = iter(list(items))
    if len(lines) == 1:
        _work(lines[0], left, do)
        return
    with ThreadPoolExecutor(len(lines)) as threads:
        for done in [threads.submit(_work, line, left, do) for line in lines]:
            done.result()


def _work(line: Connection, left: Iterator[T], do: Callable[[Connection, T], object]) -> None:
    for item in left:
        do(line, item)
