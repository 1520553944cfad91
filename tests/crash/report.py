"""The table at the end of a run."""

from collections import Counter
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from tests.crash.chaos import Chaos
from tests.crash.knowledge import Knowledge
from tests.crash.site import Site
from tests.crash.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Report:
    seed: int
    seconds: float
    quiet_seconds: float
    knowledge: Knowledge
    chaos: Chaos
    site: Site
    verdict: Verdict

    @property
    def findings(self) -> list[str]:
        return self.knowledge.findings

    def show(self, console: Console) -> None:
        table = Table(title=f"crash loop, seed {self.seed}", show_header=False)
        for name, value in self._rows():
            table.add_row(name, value)
        console.print(table)
        for finding in self.findings[:40]:
            console.print(f"BROKEN  {finding}", style="red", markup=False, highlight=False)

    def _rows(self) -> list[tuple[str, str]]:
        recovery, verdict, knowledge = self.site.recovery, self.verdict, self.knowledge
        exits = Counter(code for each in self.site.processes for code in each.exits)
        acknowledged = sum(len(each.acknowledged) for each in knowledge.uploads)
        faults = self.chaos.done
        return [
            ("faults", str(faults.total())),
            *((f"  {name}", str(count)) for name, count in sorted(faults.items())),
            ("failpoints reached", ", ".join(sorted(set(self.chaos.faults.reached)))),
            ("processes ended, by exit code", _counts(exits)),
            ("uploads", str(len(knowledge.uploads))),
            *((f"  {state}", str(count)) for state, count in sorted(verdict.states.items())),
            ("chunks acknowledged", str(acknowledged)),
            ("answers", _counts(knowledge.answers)),
            ("lost", str(knowledge.lost)),
            ("doubled", str(verdict.doubled)),
            ("left behind", str(verdict.left_behind)),
            (
                "deliveries, of these repeated",
                f"{verdict.deliveries}, {verdict.repeated_deliveries}",
            ),
            ("recoveries", str(len(recovery.seconds))),
            (
                "recovery p50, p99",
                f"{recovery.percentile(0.5):.2f} s, {recovery.percentile(0.99):.2f} s",
            ),
            ("quiet after", f"{self.quiet_seconds:.1f} s"),
            ("the whole run", f"{self.seconds:.0f} s"),
        ]


def _counts(counted: "Counter[str] | Counter[int]") -> str:
    return ", ".join(f"{name}: {count}" for name, count in counted.most_common()) or "none"
