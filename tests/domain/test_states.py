"""The table of states is complete, its ends are ends, and its diagram shows all of it."""

from itertools import product

import pytest

from chunk_service.domain.states import (
    EVENTS,
    LIVE,
    TERMINAL,
    TRANSITIONS,
    Change,
    State,
    after,
    diagram,
)

ALLOWED = {
    ("open", "complete"): "completing",
    ("open", "abort"): "aborted",
    ("open", "deadline"): "expired",
    ("open", "refused for good"): "failed",
    ("open", "object found after a restore"): "stored",
    ("completing", "proof"): "stored",
    ("completing", "chunks missing"): "open",
    ("completing", "refused for good"): "failed",
    ("completing", "object found after a restore"): "stored",
}


@pytest.mark.parametrize(("state", "change"), list(product(State, Change)))
def test_every_pair_leads_where_the_design_says_or_nowhere(state: State, change: Change) -> None:
    assert after(state, change) == ALLOWED.get((state.value, change.value))


@pytest.mark.parametrize("state", sorted(TERMINAL))
def test_a_terminal_state_absorbs_every_change(state: State) -> None:
    assert {after(state, change) for change in Change} == {None}


def test_every_live_state_has_a_way_out_and_every_state_a_way_in() -> None:
    assert {old for old, _ in TRANSITIONS} == LIVE
    assert set(TRANSITIONS.values()) | {State.OPEN} == set(State)


def test_each_terminal_state_has_one_event_of_its_own() -> None:
    assert set(EVENTS) == {State.STORED, State.FAILED, State.ABORTED, State.EXPIRED}
    assert len(set(EVENTS.values())) == len(EVENTS)


def test_completing_is_never_left_by_the_client() -> None:
    for change in (Change.ABORT, Change.EXPIRE, Change.COMPLETE):
        assert after(State.COMPLETING, change) is None


def test_the_diagram_draws_every_transition_and_nothing_else() -> None:
    lines = {line.strip() for line in diagram().splitlines()[1:]}
    drawn = {f"{old} --> {new}: {change}" for (old, change), new in TRANSITIONS.items()}
    ends = {f"{state} --> [*]: {event}" for state, event in EVENTS.items()}
    assert lines == drawn | ends | {"[*] --> open"}
