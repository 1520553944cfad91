"""docs/performance.md: targets, tables, plots, and what they were measured on and with."""

from collections.abc import Sequence
from pathlib import Path

from benchmarks.figures import median
from benchmarks.page.database import database
from benchmarks.page.floor import floor
from benchmarks.page.markdown import rows
from benchmarks.page.tables import tables
from benchmarks.page.targets import targets
from benchmarks.plots import Plot, plots
from benchmarks.results import Results
from benchmarks.scenarios import Where

_INTRODUCTION = """\
# Performance

This service beside others that do the same, measured in one run on one machine, against the same
store. The page is written by `make bench`; this is its {form} form, {rounds} rounds. All figures of
all rounds are in [performance.json](performance.json).

The store is a null S3 unless another is named: it takes everything, keeps nothing, and costs next
to nothing (its share is below), so that it is the relay that is measured. Client, relay, database
and store share the machine. The client sends a file from the page cache by `sendfile`.
"""


def write(results: Results, folder: Path) -> None:
    """The page and its plots; those of an earlier run are gone."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("performance-*.svg"):
        old.unlink()
    drawn = list(plots(results.outcomes))
    for plot in drawn:
        (folder / plot.file_name).write_text(plot.svg)
    (folder / "performance.md").write_text(page(results, drawn))


def page(results: Results, drawn: Sequence[Plot]) -> str:
    noise = "" if results.noise.is_quiet else f"**{str(results.noise).capitalize()}.**\n"
    parts = [
        _INTRODUCTION.format(form=results.form, rounds=results.rounds),
        noise,
        targets(results),
        *(f"![{plot.title}]({plot.file_name})\n" for plot in drawn),
        tables(results),
        floor(results),
        database(results),
        _costs(results),
        _contestants(results),
        "## Measured on\n",
        rows(("what", "is"), [*results.machine.items(), ("noise", str(results.noise))]),
    ]
    return "\n".join(part for part in parts if part)


def _costs(results: Results) -> str:
    """What the harness itself takes, from the large transfers."""
    runs = [
        run
        for outcome in results.outcomes
        if outcome.scenario.where is Where.NEAR and not outcome.scenario.is_small
        for each in outcome.runs.values()
        for run in each
    ]
    client = median(runs, lambda run: run.client_cpu_seconds_per_gib)
    store = median(runs, lambda run: run.store_cpu_seconds_per_gib)
    if client is None or store is None:
        return ""
    return (
        "## What the harness costs\n\nMedians over all large transfers to the null S3: the "
        f"client {client:.2f} CPU seconds per GiB, the store {store:.2f}.\n"
    )


def _contestants(results: Results) -> str:
    out = [(name, f"left out: {why}") for name, why in results.left_out.items()]
    named = rows(("name", "is"), [*results.descriptions.items(), *out])
    return f"## Contestants\n\n{named}"
