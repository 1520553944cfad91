"""One thing that every relay has to do with each byte, and what it costs here."""

import resource
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.sizes import GIB, MIB


@dataclass(frozen=True, slots=True)
class Stage:
    name: str
    mib_per_second: float
    cpu_seconds_per_gib: float


@dataclass(frozen=True, slots=True)
class Took:
    seconds: float
    cpu_seconds: float


def stage(name: str, size_bytes: int, runs: Sequence[Took]) -> Stage:
    """The median of the runs, each of so many bytes."""
    seconds = statistics.median(run.seconds for run in runs)
    cpu = statistics.median(run.cpu_seconds for run in runs)
    return Stage(name, size_bytes / MIB / seconds, cpu * GIB / size_bytes)


def timed(do: Callable[[], object]) -> Took:
    """The CPU of this process with all threads."""
    before, began = own_cpu_seconds(), time.monotonic()
    do()
    return Took(time.monotonic() - began, own_cpu_seconds() - before)


def own_cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
