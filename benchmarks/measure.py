"""One run: the client sends what a scenario says to one running contestant, and all is counted.

A run counts only when the store has the objects, of the right sizes.
"""

import resource
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count

from benchmarks.client.connection import CallFailed, Connection
from benchmarks.client.source import Source
from benchmarks.client.ways import Job, Sent, Way
from benchmarks.contestants.contestant import Running
from benchmarks.figures import Figures, percentile
from benchmarks.processes import cpu_seconds, forget_peak, peak_rss_mib
from benchmarks.scenarios import Scenario
from benchmarks.sizes import GIB, MIB
from benchmarks.stores import Appeared, Store

_VISIBLE_WITHIN_SECONDS = 30
_SETTLING_SECONDS = 0.3
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class _Costs:
    """CPU seconds so far."""

    relay: float
    postgres: float | None
    client: float
    store: float | None

    @classmethod
    def now(cls, running: Running, store: Store) -> "_Costs":
        own = resource.getrusage(resource.RUSAGE_SELF)
        database = running.postgres_pid
        return cls(
            cpu_seconds(running.pid),
            None if database is None else cpu_seconds(database),
            own.ru_utime + own.ru_stime,
            store.cpu_seconds(),
        )


def measure(scenario: Scenario, running: Running, store: Store, source: Source) -> Figures:
    """Raises CallFailed."""
    way = running.ways[scenario.kind]
    source.prepare_checksums(size_bytes=scenario.size_bytes, chunk_bytes=scenario.chunk_bytes)
    with ExitStack() as opened:
        lines = [
            [
                opened.enter_context(Connection(running.url, source, mbit=scenario.mbit))
                for _ in range(scenario.connections)
            ]
            for _ in range(scenario.at_once)
        ]
        forget_peak(running.pid)
        before, began = _Costs.now(running, store), time.monotonic()
        with store.watching(_all_is_sent(scenario, source)):
            sent = _send_all(scenario, way, lines)
            ended = time.monotonic()
            appeared = _seen(store, sent, began)
        time.sleep(_SETTLING_SECONDS)
        after = _Costs.now(running, store)
    store.forget()
    peak = peak_rss_mib(running.pid)
    return _figures(scenario, sent, appeared, (before, after), peak, ended - began)


def _all_is_sent(scenario: Scenario, source: Source) -> Callable[[], bool]:
    goal = source.progress.sent_bytes + scenario.uploads * scenario.size_bytes
    return lambda: source.progress.sent_bytes >= goal


def _send_all(scenario: Scenario, way: Way, lines: Sequence[Sequence[Connection]]) -> list[Sent]:
    jobs = iter(
        [
            Job(next(_numbers), scenario.size_bytes, scenario.chunk_bytes)
            for _ in range(scenario.uploads)
        ]
    )

    def work(own: Sequence[Connection]) -> list[Sent]:
        return [way.send(job, own) for job in jobs]

    if len(lines) == 1:
        return work(lines[0])
    with ThreadPoolExecutor(len(lines)) as threads:
        return [
            sent for done in [threads.submit(work, own) for own in lines] for sent in done.result()
        ]


def _seen(store: Store, sent: Sequence[Sent], began: float) -> list[Appeared]:
    wanted = sum(each.objects for each in sent)
    deadline = time.monotonic() + _VISIBLE_WITHIN_SECONDS
    while True:
        found = [
            each for each in store.appeared(since=began) if each.size_bytes == sent[0].object_bytes
        ]
        if len(found) >= wanted:
            return found
        if time.monotonic() > deadline:
            raise CallFailed(f"only {len(found)} of {wanted} objects are in the store")
        time.sleep(0.01)


def _figures(
    scenario: Scenario,
    sent: Sequence[Sent],
    appeared: Sequence[Appeared],
    costs: tuple[_Costs, _Costs],
    peak_rss: float,
    seconds: float,
) -> Figures:
    before, after = costs
    gib = scenario.uploads * scenario.size_bytes / GIB
    chunk_seconds = [each for one in sent for each in one.chunk_seconds]
    completing = [one.completing_seconds for one in sent if one.completing_seconds]
    return Figures(
        seconds=seconds,
        mib_per_second=scenario.uploads * scenario.size_bytes / MIB / seconds,
        uploads_per_second=scenario.uploads / seconds,
        cpu_seconds_per_gib=(after.relay - before.relay) / gib,
        postgres_cpu_seconds_per_gib=_per(before.postgres, after.postgres, gib),
        client_cpu_seconds_per_gib=(after.client - before.client) / gib,
        store_cpu_seconds_per_gib=_per(before.store, after.store, gib),
        peak_rss_mib=peak_rss,
        visible_seconds=_visible_seconds(sent, appeared),
        completing_seconds=statistics.median(completing) if completing else None,
        chunk_p50_seconds=percentile(chunk_seconds, 0.5),
        chunk_p99_seconds=percentile(chunk_seconds, 0.99),
    )


def _per(before: float | None, after: float | None, gib: float) -> float | None:
    return None if before is None or after is None else (after - before) / gib


def _visible_seconds(sent: Sequence[Sent], appeared: Sequence[Appeared]) -> float | None:
    """Only for one upload: of several nobody knows which object is whose."""
    if len(sent) != 1 or not sent[0].last_byte_at:
        return None
    return max(each.at for each in appeared) - sent[0].last_byte_at
