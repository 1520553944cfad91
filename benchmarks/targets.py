"""What this service is to reach, and whether a run shows it.

Each target is one number of the results and a bound; a number that a run cannot tell is None.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from benchmarks import measured
from benchmarks.contestants.names import HASHED, OLD_WAY, OURS, SYNCED, TUS_NODE, TUSD, TUSD_TUNED
from benchmarks.results import Results

Measure = Callable[[Results], float | None]


@dataclass(frozen=True, slots=True)
class Target:
    """`least` or `most` is the bound."""

    text: str
    measure: Measure
    least: float | None = None
    most: float | None = None
    unit: str = ""

    @property
    def bound(self) -> str:
        sign, value = ("≥", self.least) if self.most is None else ("≤", self.most)
        return f"{sign} {value:g}{self.unit}"


@dataclass(frozen=True, slots=True)
class Reached:
    """`met` is None where it was not measured."""

    target: Target
    value: float | None

    @property
    def met(self) -> bool | None:
        if self.value is None:
            return None
        if self.target.most is not None:
            return self.value <= self.target.most
        return self.value >= (self.target.least or 0)

    @property
    def shown(self) -> str:
        return "" if self.value is None else f"{self.value:.3g}{self.target.unit}"

    def document(self) -> dict[str, Any]:
        said = {"target": self.target.text, "bound": self.target.bound}
        return {**said, "measured": self.value, "met": self.met}


def reached(results: Results) -> list[Reached]:
    return [Reached(target, target.measure(results)) for target in TARGETS]


def _speeds() -> Iterator[Target]:
    for row, text, bounds in (
        (
            "put-4x8",
            "4 connections × 8 MiB",
            {TUSD_TUNED: 1.0, TUSD: 1.3, TUS_NODE: 3, OLD_WAY: 1.7},
        ),
        ("put-1x8", "1 connection × 8 MiB", {TUSD_TUNED: 1.4}),
        ("request", "one request for the file", {TUSD_TUNED: 0.9}),
    ):
        for peer, least in bounds.items():
            yield Target(f"{text}: times {peer}", measured.times(row, peer), least=least, unit=" ×")
    for row, text, peer, least in (
        ("put-4x8", "4 connections × 8 MiB", TUSD_TUNED, 1.0),
        ("put-4x8", "4 connections × 8 MiB", TUSD, 1.3),
        ("put-1x8", "1 connection × 8 MiB", TUSD_TUNED, 1.4),
    ):
        hashed = measured.times(row, peer, ours=HASHED)
        yield Target(f"{text}, with SHA-256: times {peer}", hashed, least=least, unit=" ×")
    yield Target("peers ahead in any other row", measured.peers_ahead, most=0)


def _costs() -> Iterator[Target]:
    cpu = measured.times("put-4x8", TUSD_TUNED, measured.cpu)
    yield Target(f"CPU of the relay: times {TUSD_TUNED}", cpu, most=1.1, unit=" ×")
    form = measured.between_rows("form-4x8", "put-4x8", measured.cpu)
    yield Target("CPU of chunks as forms: times bare chunks", form, most=1.15, unit=" ×")
    form = measured.between_rows("form-4x8", "put-4x8", measured.speed)
    yield Target("rate of chunks as forms: times bare chunks", form, least=0.85, unit=" ×")
    for name in (OURS, SYNCED):
        peak = measured.peak_rss_mib("at-once-64", name)
        yield Target(f"peak memory at 64 uploads at once, {name}", peak, most=256, unit=" MiB")
        above = measured.above_idle_mib("at-once-64", name)
        yield Target(f"above idle at 64 uploads at once, {name}", above, most=96, unit=" MiB")
    grows = measured.memory_grows_mib
    yield Target("memory of the largest file: above that of 64 MiB", grows, most=16, unit=" MiB")


def _waits() -> Iterator[Target]:
    slowest = measured.slowest_completing_ms
    yield Target("the completing call, p50, any size", slowest, most=30, unit=" ms")
    grows = measured.completing_grows
    yield Target("completing the largest file: times that of 64 MiB", grows, most=1.5, unit=" ×")
    for row, text, least in (
        ("small-one", "one request", 350),
        ("small-three", "three requests", 150),
    ):
        rate = measured.uploads_per_second(row, OURS)
        yield Target(f"files of 64 KiB, 8 at once, in {text}", rate, least=least, unit="/s")
    disk = measured.share_of_disk
    yield Target("fsync on: share of what the disk alone gives", disk, least=0.85, unit=" ×")
    trips = measured.round_trips_per_chunk
    yield Target("round trips to the database per chunk", trips, most=3)
    asked = measured.asked_while_reading
    yield Target("round trips of requests while their bodies are read", asked, most=0)


def _far() -> Iterator[Target]:
    share = measured.share_of_line
    yield Target("far: share of what the connections carry", share, least=0.9, unit=" ×")
    most = round(measured.FAR_VISIBLE_MS)
    text = "far: to visible, one part and two round trips"
    yield Target(text, measured.visible_far_ms, most=most, unit=" ms")


TARGETS = (*_speeds(), *_costs(), *_waits(), *_far())
