"""The floor: the least that a relay with a spool and digests can cost on this machine.

Each stage is measured by itself, with nothing around it; together they are what no relay of this
design gets below, whatever it is written in.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.client.source import Source
from benchmarks.floor.memory import aes_gcm, crc_64_twice, sha_256
from benchmarks.floor.network import network
from benchmarks.floor.spool import write_and_read, write_synced
from benchmarks.floor.stage import Stage

_RUNS = 3
_THREADS = 4


@dataclass(frozen=True, slots=True)
class Floor:
    """`stages` are those of each byte, in its order; `besides` are not always there."""

    stages: Sequence[Stage]
    besides: Sequence[Stage]
    client_cpu_seconds_per_gib: float
    store_cpu_seconds_per_gib: float
    cores: int

    @property
    def cpu_seconds_per_gib(self) -> float:
        """Of the relay alone."""
        return sum(stage.cpu_seconds_per_gib for stage in self.stages)

    @property
    def mib_per_second(self) -> float:
        """With all cores busy, client and store on the same machine."""
        harness = self.client_cpu_seconds_per_gib + self.store_cpu_seconds_per_gib
        return self.cores * 1024 / (self.cpu_seconds_per_gib + harness)


def measure_floor(source: Source, folder: Path, size_bytes: int) -> Floor:
    folder.mkdir(parents=True)
    copies = network(source, folder, size_bytes, runs=_RUNS, connections=_THREADS)
    written, read = write_and_read(folder, size_bytes, runs=_RUNS, threads=_THREADS)
    return Floor(
        stages=[
            copies.receive,
            crc_64_twice(size_bytes, runs=_RUNS),
            written,
            read,
            copies.send,
        ],
        besides=[
            write_synced(folder, size_bytes, runs=_RUNS, threads=_THREADS),
            sha_256(size_bytes, runs=_RUNS),
            aes_gcm(size_bytes, runs=_RUNS),
        ],
        client_cpu_seconds_per_gib=copies.client_cpu_seconds_per_gib,
        store_cpu_seconds_per_gib=copies.store_cpu_seconds_per_gib,
        cores=os.cpu_count() or 1,
    )
