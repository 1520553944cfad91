"""Rows have one name each, and who chooses some of them gets these."""

import pytest

from benchmarks.choice import Choice
from benchmarks.contestants.contestant import Group
from benchmarks.contestants.names import BOTO3, HASHED, OURS, PEERS, SYNCED
from benchmarks.run import CONTESTANTS
from benchmarks.scenarios import rows
from benchmarks.sizes import FORMS, MIB, SMOKE, Form


@pytest.mark.parametrize("form", FORMS.values(), ids=list(FORMS))
def test_no_two_rows_share_a_key(form: Form) -> None:
    keys = [each.key for each in rows(form)]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("form", FORMS.values(), ids=list(FORMS))
def test_no_form_lacks_a_row_of_the_shortest(form: Form) -> None:
    assert {each.key for each in rows(SMOKE)} <= {each.key for each in rows(form)}


def test_a_slow_peer_sends_less_but_never_less_than_a_chunk_on_each_connection() -> None:
    for row in rows(SMOKE):
        its = row.of(Group.SLOW_PEER)
        assert its.size_bytes <= row.size_bytes
        assert its.size_bytes >= min(row.size_bytes, row.connections * row.chunk_bytes)
        assert row.of(Group.OURS) == row


def test_rows_are_chosen_and_skipped_by_patterns() -> None:
    choice = Choice(SMOKE, rounds=1, only=["put-4x*", "form-4x8"], skip=["*64"])
    assert [each.key for each in choice.scenarios()] == ["put-4x8", "form-4x8", "put-4x1"]


def test_ours_alone_are_chosen_without_their_peers() -> None:
    chosen = Choice(SMOKE, rounds=1, ours_only=True).contestants(CONTESTANTS)
    assert [each.name for each in chosen] == [OURS, SYNCED, HASHED]


def test_every_contestant_is_known_by_its_name() -> None:
    ours = (OURS, SYNCED, HASHED)
    assert [each.name for each in CONTESTANTS] == [*ours, *PEERS, BOTO3]


def test_small_files_are_those_counted_by_the_second() -> None:
    assert [each.key for each in rows(SMOKE) if each.is_small] == [
        "small-one",
        "small-three",
        "file-64-kib",
    ]
    assert all(each.size_bytes >= MIB for each in rows(SMOKE) if not each.is_small)
