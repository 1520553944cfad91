"""The states of an upload and every way between them, as one table.

Nothing else lists or compares states to decide what may happen: Python asks here, SQL names the
expected state in its WHERE. A pair that is not in the table is the error. `diagram` draws the table
for the documentation.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class State(StrEnum):
    OPEN = "open"
    COMPLETING = "completing"
    STORED = "stored"
    FAILED = "failed"
    ABORTED = "aborted"
    EXPIRED = "expired"


class Change(StrEnum):
    COMPLETE = "complete"
    PROVE = "proof"
    REOPEN = "chunks missing"
    REFUSE = "refused for good"
    ABORT = "abort"
    EXPIRE = "deadline"
    ADOPT = "object found after a restore"


TRANSITIONS: Mapping[tuple[State, Change], State] = MappingProxyType(
    {
        (State.OPEN, Change.COMPLETE): State.COMPLETING,
        (State.OPEN, Change.ABORT): State.ABORTED,
        (State.OPEN, Change.EXPIRE): State.EXPIRED,
        (State.OPEN, Change.ADOPT): State.STORED,
        (State.OPEN, Change.REFUSE): State.FAILED,
        (State.COMPLETING, Change.ADOPT): State.STORED,
        (State.COMPLETING, Change.PROVE): State.STORED,
        (State.COMPLETING, Change.REOPEN): State.OPEN,
        (State.COMPLETING, Change.REFUSE): State.FAILED,
    }
)

EVENTS: Mapping[State, str] = MappingProxyType(
    {
        State.STORED: "upload.completed",
        State.FAILED: "upload.failed",
        State.ABORTED: "upload.aborted",
        State.EXPIRED: "upload.expired",
    }
)

TERMINAL = frozenset(EVENTS)
LIVE = frozenset(State) - TERMINAL


def after(state: State, change: Change) -> State | None:
    """The state that `change` leads to from `state`; None where there is no such way."""
    return TRANSITIONS.get((state, change))


def diagram() -> str:
    """The table as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", f"    [*] --> {State.OPEN}"]
    lines += [f"    {old} --> {new}: {change}" for (old, change), new in TRANSITIONS.items()]
    lines += [f"    {state} --> [*]: {EVENTS[state]}" for state in EVENTS]
    return "\n".join(lines)
