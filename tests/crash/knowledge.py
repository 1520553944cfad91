"""What the clients were told, for good: what the service is held to in the end.

`findings` are broken promises, in sentences; a run without any has passed.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.crash.plans import Plan


@dataclass
class Known:
    """One upload. `result`: what completing it was answered; `is_asked_to_end`: by an abort."""

    plan: Plan
    id: str = ""
    acknowledged: set[int] = field(default_factory=set)
    result: Mapping[str, Any] | None = None
    is_asked_to_end: bool = False
    is_aborted: bool = False


@dataclass
class Knowledge:
    uploads: list[Known] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    lost: int = 0
    answers: Counter[str] = field(default_factory=Counter)

    def finding(self, known: Known, sentence: str) -> None:
        self.findings.append(f"{known.plan.seed} {known.id}: {sentence}")

    def lose(self, known: Known, indices: set[int], seen: str) -> None:
        """Acknowledged, and not there any more: no fault of the crash loop excuses that."""
        self.lost += len(indices)
        known.acknowledged -= indices
        self.finding(known, f"acknowledged chunks {sorted(indices)} are not there: {seen}")
