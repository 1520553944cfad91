"""What a token is bound to is compared as text; an owner is a text that can be kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chunk_service.domain.errors import Forbidden
from chunk_service.domain.principals import (
    OWNER_MAX_CHARACTERS,
    Principal,
    Scope,
    is_plain_text,
)


@pytest.mark.parametrize("file_id", [0, 123, -5, "123", "a/b", ""])
def test_an_unbound_token_touches_all_of_its_owner(file_id: int | str) -> None:
    assert Principal(owner="alice").may_touch(file_id)


@pytest.mark.parametrize(
    ("bound_to", "file_id", "may"),
    [
        ("123", 123, True),
        ("123", "123", True),
        ("123", 124, False),
        ("123", "0123", False),
        ("123", " 123", False),
        ("a", "A", False),
        ("", "", True),
        ("", 0, False),
    ],
)
def test_a_bound_token_touches_one_file(bound_to: str, file_id: int | str, may: bool) -> None:
    assert Principal(owner="alice", file_id=bound_to).may_touch(file_id) is may


@pytest.mark.parametrize("scope", Scope)
def test_a_bearer_may_what_its_scopes_say(scope: Scope) -> None:
    Principal(owner="alice", scopes=frozenset({scope})).demand(scope)
    with pytest.raises(Forbidden, match=scope) as caught:
        Principal(owner="alice", scopes=frozenset(Scope) - {scope}).demand(scope)
    assert caught.value.facts == {"missing_scope": scope}


@pytest.mark.parametrize("scope", [Scope.SHARE, Scope.ADMIN])
def test_who_is_bound_to_a_file_neither_shares_nor_operates(scope: Scope) -> None:
    with pytest.raises(Forbidden, match="bound to one file"):
        Principal(owner="alice", file_id="1", scopes=frozenset(Scope)).demand(scope)


@given(st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs"]), min_size=1))
def test_texts_without_controls_and_surrogates_are_plain(text: str) -> None:
    assert is_plain_text(text, max_characters=len(text))
    assert not is_plain_text(text, max_characters=len(text) - 1)


@given(st.text(), st.characters(categories=["Cc", "Cs"]), st.text())
def test_one_control_or_lone_surrogate_spoils_a_text(before: str, bad: str, after: str) -> None:
    assert not is_plain_text(before + bad + after, max_characters=OWNER_MAX_CHARACTERS * 10)


def test_nothing_is_no_owner() -> None:
    assert not is_plain_text("", max_characters=OWNER_MAX_CHARACTERS)
