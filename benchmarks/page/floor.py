"""What the limit is made of, and how far from it this service is."""

from benchmarks.contestants.names import OURS
from benchmarks.figures import Pick, median
from benchmarks.floor.floor import Floor
from benchmarks.floor.stage import Stage
from benchmarks.page.markdown import plain, rows
from benchmarks.results import Results

_READING = """\
Each byte is copied in by the kernel, digested, written to the spool, read again and copied out.
Each of these steps was measured by itself on this machine, in this run, with nothing around it: by
four threads, digests and encryption by one. CPU is that of the relay's side.
"""
_BESIDES = """\

Besides, where they apply:

"""


def floor(results: Results) -> str:
    if results.floor is None:
        return ""
    least = results.floor
    total = Stage("the floor of the relay", least.mib_per_second, least.cpu_seconds_per_gib)
    harness = (
        f"The floor's rate is that of {least.cores} busy cores, client "
        f"({least.client_cpu_seconds_per_gib:.2f} CPU s/GiB) and null S3 "
        f"({least.store_cpu_seconds_per_gib:.2f}) included."
    )
    told = [
        "## The floor\n",
        _READING,
        rows(_HEAD, [*map(_line, least.stages), _line(total)]),
        harness,
        _BESIDES + rows(_HEAD, list(map(_line, least.besides))),
    ]
    return "\n".join([*told, _distance(results, least), _NEARER, ""])


_HEAD = ("step", "MiB/s", "CPU s/GiB")


def _line(stage: Stage) -> tuple[str, str, str]:
    return stage.name, plain(stage.mib_per_second), plain(stage.cpu_seconds_per_gib)


def _distance(results: Results, least: Floor) -> str:
    relay = _median(results, OURS, lambda run: run.cpu_seconds_per_gib)
    postgres = _median(results, OURS, lambda run: run.postgres_cpu_seconds_per_gib)
    rate = _median(results, OURS, lambda run: run.mib_per_second)
    if relay is None or postgres is None or rate is None:
        return ""
    above = relay - least.cpu_seconds_per_gib
    return (
        f"At 4 connections × 8 MiB this service's process takes {relay:.2f} CPU s/GiB, "
        f"{relay / least.cpu_seconds_per_gib:.2f} times the floor, and PostgreSQL {postgres:.2f} "
        f"besides; what is above the floor, {above:.2f}, goes into HTTP, tokens, "
        "statements and the interpreter that ties them together. It reaches "
        f"{rate:.0f} MiB/s, {rate / least.mib_per_second:.0%} of the floor's rate.\n"
    )


_NEARER = """\
What would bring it nearer:

- Fewer copies: `sendfile` from the spool would spare the reading and the copy out, not the checksum
  that goes along with each part. Without a spool two steps would go, and with them the promise that
  what was acknowledged survives a crash.
- More processes: all but the kernel's copies and the digests runs on one core in each process, so
  on more cores than here further processes on the same spool add their own rate.
- TLS costs what is said above for each direction, once more where a proxy speaks it to the clients.
"""


def _median(results: Results, name: str, pick: Pick) -> float | None:
    """Of 4 connections × 8 MiB."""
    outcome = results.outcome("put-4x8")
    return median(outcome.runs.get(name, []), pick) if outcome else None
