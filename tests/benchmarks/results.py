"""Results of a run that never was, for tests of what is made of them."""

import dataclasses
from collections.abc import Mapping, Sequence

from benchmarks.figures import Figures
from benchmarks.floor.floor import Floor
from benchmarks.floor.stage import Stage
from benchmarks.noise import Noise
from benchmarks.results import Results
from benchmarks.round_trips import Database
from benchmarks.rounds import Outcome
from benchmarks.scenarios import rows
from benchmarks.sizes import FULL

FIGURES = Figures(
    seconds=1,
    mib_per_second=100,
    uploads_per_second=1,
    cpu_seconds_per_gib=2,
    postgres_cpu_seconds_per_gib=0.5,
    client_cpu_seconds_per_gib=0.2,
    store_cpu_seconds_per_gib=0.2,
    peak_rss_mib=90,
    visible_seconds=None,
    completing_seconds=None,
    chunk_p50_seconds=None,
    chunk_p99_seconds=None,
)


def at(*speeds: float) -> list[Figures]:
    """A run for each of these MiB/s."""
    return [dataclasses.replace(FIGURES, mib_per_second=speed) for speed in speeds]


def outcome(key: str, runs: Mapping[str, Sequence[Figures]]) -> Outcome:
    scenario = next(row for row in rows(FULL) if row.key == key)
    return Outcome(
        scenario, dict.fromkeys(runs, 50.0), {name: [*its] for name, its in runs.items()}
    )


def results(*outcomes: Outcome, load: float = 0, database: Database | None = None) -> Results:
    return Results(
        form="full",
        rounds=2,
        noise=Noise(load),
        machine={"processor": "one"},
        descriptions={"chunk-service": "this"},
        left_out={"tusd": "nobody built it"},
        outcomes=outcomes,
        database=database or Database(),
        floor=Floor([Stage("a copy", 2000, 0.5)], [Stage("TLS", 4000, 0.1)], 0.1, 0.1, 2),
    )
