"""The floor: every step costs something, and together they bound the rate."""

from pathlib import Path

from benchmarks.client.source import prepared
from benchmarks.floor.floor import Floor, measure_floor
from benchmarks.floor.stage import Stage
from benchmarks.sizes import MIB


def test_the_rate_is_that_of_all_cores_busy_with_relay_client_and_store() -> None:
    steps = [Stage("in", 100, 0.5), Stage("out", 100, 0.3)]
    floor = Floor(steps, [], client_cpu_seconds_per_gib=0.1, store_cpu_seconds_per_gib=0.1, cores=2)
    assert floor.cpu_seconds_per_gib == 0.8
    assert floor.mib_per_second == 2048


def test_every_step_is_measured_and_nothing_is_left_behind(tmp_path: Path) -> None:
    with prepared(tmp_path) as source:
        floor = measure_floor(source, tmp_path / "floor", 32 * MIB)
    measured = [*floor.stages, *floor.besides]
    assert len({stage.name for stage in measured}) == len(measured) == 8
    assert all(stage.mib_per_second > 0 for stage in measured)
    assert [path.name for path in (tmp_path / "floor").iterdir()] == ["server.log"]
