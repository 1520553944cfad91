"""What is remembered about owners is bounded, and forgetting them changes nothing."""

from hypothesis import given
from hypothesis import strategies as st

from chunk_service.api.owner_rates import OwnerRates
from chunk_service.domain.rates import Rate


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_without_a_rate_nobody_waits_and_nothing_is_remembered() -> None:
    rates = OwnerRates(None)
    assert not any(rates.take("alice") for _ in range(10_000))
    assert len(rates) == 0


def test_one_owners_flood_is_not_anothers() -> None:
    rates = OwnerRates(Rate(1, 2), clock=Clock())
    waits = [rates.take("mallory") for _ in range(1000)]
    assert waits.count(0) == 2
    assert rates.take("alice") == 0


def test_owners_who_rested_are_forgotten() -> None:
    clock = Clock()
    rates = OwnerRates(Rate(10, 10), clock=clock)
    for number in range(1000):
        rates.take(f"owner {number}")
        clock.now += 1
    assert len(rates) <= 2


def test_more_owners_than_are_remembered_at_all_do_no_harm() -> None:
    rates = OwnerRates(Rate(1, 1), clock=Clock(), most_owners=100)
    assert not any(rates.take(f"owner {number}") for number in range(1000))
    assert len(rates) == 100


@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 3)), max_size=100))
def test_forgetting_changes_nothing(asked: list[tuple[str, float]]) -> None:
    clock = Clock()
    shared = OwnerRates(Rate(1, 2), clock=clock)
    alone = {owner: OwnerRates(Rate(1, 2), clock=clock) for owner in "abc"}
    for owner, pause in asked:
        clock.now += pause
        assert shared.take(owner) == alone[owner].take(owner)
