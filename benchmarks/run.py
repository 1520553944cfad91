"""One run of all that was chosen: contestants are prepared, raced, and everything is collected."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from benchmarks.choice import Choice
from benchmarks.client.source import prepared
from benchmarks.contestants.boto3_direct import Boto3Direct
from benchmarks.contestants.contestant import Contestant, Group, LeftOut
from benchmarks.contestants.old_way.contestant import OldWay
from benchmarks.contestants.ours import Ours
from benchmarks.contestants.tus_node.contestant import TusNode
from benchmarks.contestants.tusd import Tusd
from benchmarks.floor.floor import measure_floor
from benchmarks.machine import described
from benchmarks.noise import Noise
from benchmarks.results import Results
from benchmarks.round_trips import count_round_trips
from benchmarks.rounds import Race
from benchmarks.scenarios import Scenario
from benchmarks.started import Tell
from chunk_service.domain.checksums import Algorithm

WORKSHOP = Path(".local") / "benchmarks"
CONTESTANTS: tuple[Contestant, ...] = (
    Ours(synced=False),
    Ours(synced=True),
    Ours(synced=False, digest=Algorithm.SHA256),
    Tusd(tuned=True),
    Tusd(tuned=False),
    TusNode(),
    OldWay(),
    Boto3Direct(),
)


def run(choice: Choice, *, tell: Tell) -> Results:
    noise = Noise.now()
    tell(str(noise))
    WORKSHOP.mkdir(parents=True, exist_ok=True)
    runs = (WORKSHOP / "runs").absolute()
    scenarios = choice.scenarios()
    ready, left_out = _prepared(choice.contestants(CONTESTANTS), tell)
    with prepared(WORKSHOP) as source:
        outcomes = Race(ready, choice.rounds, source, runs, tell).run(scenarios)
        tell("counting round trips")
        database = count_round_trips(_ours(ready, scenarios), source, runs / "counted")
        floor = None
        if choice.is_in_depth:
            tell("measuring the floor")
            floor = measure_floor(source, runs / "floor", choice.form.medium_bytes)
    shutil.rmtree(runs)
    return Results(
        form=choice.form.name,
        rounds=choice.rounds,
        noise=noise,
        machine=described(WORKSHOP),
        descriptions={each.name: each.description for each in ready},
        left_out=left_out,
        outcomes=outcomes,
        database=database,
        floor=floor,
    )


def _prepared(
    contestants: Sequence[Contestant], tell: Tell
) -> tuple[list[Contestant], dict[str, str]]:
    ready, left_out = [], {}
    for contestant in contestants:
        try:
            contestant.prepare(WORKSHOP.absolute())
            ready.append(contestant)
        except LeftOut as why:
            left_out[contestant.name] = str(why)
            tell(f"{contestant.name} is left out: {why}")
    return ready, left_out


def _ours(ready: Sequence[Contestant], scenarios: Sequence[Scenario]) -> Sequence[Scenario]:
    """Nobody else has a database."""
    return scenarios if any(one.group is Group.OURS for one in ready) else ()
