"""What was to be reached, and what was measured: a line for each target."""

from benchmarks.measured import ahead
from benchmarks.page.markdown import rows
from benchmarks.results import Results
from benchmarks.targets import Reached, reached

_MET = {True: "met", False: "**not met**", None: "not measured"}
_READING = """\
Ratios are medians of the ratios within the rounds, of this service with fsync off, as its peers
are; memory is the most of all rounds. With each chunk the client sends a digest that this service
verifies: a CRC-64/NVME, or a SHA-256 where that is said.
"""


def targets(results: Results) -> str:
    told = ["## Targets\n", _READING, rows(_HEAD, [_line(each) for each in reached(results)])]
    if peers := ahead(results):
        told += ["\nPeers ahead in rows that have no bound of their own (ours / its):\n"]
        told += [f"- {peer}, {row}: {ratio:.2f}" for row, peer, ratio in peers]
    return "\n".join([*told, ""])


_HEAD = ("target", "bound", "measured", "")


def _line(each: Reached) -> tuple[str, str, str, str]:
    return each.target.text, each.target.bound, each.shown, _MET[each.met]
