"""What requests ask while they read is told from what the service asks anyway."""

from benchmarks.while_reading import AT_ONCE, asked_for_each


def test_what_each_body_asks_is_found_among_what_is_asked_anyway() -> None:
    asked = {"a lease": 1, "the queue": 12 + AT_ONCE, "for each body": AT_ONCE}
    found = asked_for_each(asked, {"the queue": 4.0}, 3.0)
    assert found == [("the queue", 12 + AT_ONCE), ("for each body", AT_ONCE)]


def test_what_comes_from_time_to_time_is_nobodys() -> None:
    asked = {"a lease": 1, "the queue": 14}
    assert asked_for_each(asked, {"the queue": 4.0}, 3.0) == []
