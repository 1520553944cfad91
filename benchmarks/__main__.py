"""`make bench`: this service beside its peers; writes docs/performance.md and its plots.

`--quick` takes about two minutes and is a smoke test. TUSD or TUSD_SRC say where tusd is.
"""

import argparse
import dataclasses
import json
import shutil
from pathlib import Path

from rich.console import Console

from benchmarks.client.source import prepared
from benchmarks.contestants.boto3_direct import Boto3Direct
from benchmarks.contestants.contestant import Contestant, LeftOut
from benchmarks.contestants.old_way.contestant import OldWay
from benchmarks.contestants.ours import Ours
from benchmarks.contestants.tus_node.contestant import TusNode
from benchmarks.contestants.tusd import Tusd
from benchmarks.machine import described
from benchmarks.page import Report, page
from benchmarks.plots import plots
from benchmarks.round_trips import count_round_trips
from benchmarks.rounds import Outcome, run_all
from benchmarks.scenarios import full, quick

_WORKSHOP = Path(".local") / "benchmarks"
_CONTESTANTS: tuple[Contestant, ...] = (
    Ours(synced=False),
    Ours(synced=True),
    Ours(synced=False, digests=False),
    Tusd(tuned=True),
    Tusd(tuned=False),
    TusNode(),
    OldWay(),
    Boto3Direct(),
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks")
    parser.add_argument("--quick", action="store_true", help="small files, few rounds")
    parser.add_argument("--rounds", type=int, help="2 when quick, otherwise 5")
    parser.add_argument("--only", default="", help="scenarios whose name holds this")
    parser.add_argument("--among", default="", help="contestants whose name holds this")
    parser.add_argument("--into", type=Path, default=Path("docs"), help="the page's folder")
    options = parser.parse_args()
    console = Console(highlight=False)
    rounds = options.rounds or (2 if options.quick else 5)
    scenarios = [
        each for each in (quick() if options.quick else full()) if options.only in each.name
    ]
    chosen = [each for each in _CONTESTANTS if options.among in each.name]
    _WORKSHOP.mkdir(parents=True, exist_ok=True)
    ready, left_out = _prepared(chosen, console)
    runs = (_WORKSHOP / "runs").absolute()
    with prepared(_WORKSHOP) as source:
        outcomes = run_all(
            ready, scenarios, rounds=rounds, source=source, folder=runs, tell=console.print
        )
        console.print("counting round trips")
        counted = count_round_trips(source, runs / "counted")
    report = Report(
        form="quick" if options.quick else "full",
        rounds=rounds,
        machine=described(runs),
        descriptions={each.name: each.description for each in ready},
        left_out=left_out,
        outcomes=outcomes,
        counted=counted,
        plots=list(plots(outcomes)),
    )
    shutil.rmtree(runs)
    _write(report, options.into)
    console.print(f"written: {options.into / 'performance.md'}")


def _prepared(
    contestants: list[Contestant], console: Console
) -> tuple[list[Contestant], dict[str, str]]:
    ready, left_out = [], {}
    for contestant in contestants:
        try:
            contestant.prepare(_WORKSHOP.absolute())
            ready.append(contestant)
        except LeftOut as why:
            left_out[contestant.name] = str(why)
            console.print(f"{contestant.name} is left out: {why}")
    return ready, left_out


def _write(report: Report, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("performance-*.svg"):
        old.unlink()
    for plot in report.plots:
        (folder / plot.file_name).write_text(plot.svg)
    (folder / "performance.md").write_text(page(report))
    (_WORKSHOP / "runs.json").write_text(json.dumps([_plain(each) for each in report.outcomes]))


def _plain(outcome: Outcome) -> dict[str, object]:
    return dataclasses.asdict(outcome)


if __name__ == "__main__":
    main()
