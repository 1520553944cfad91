"""The memory of verified tokens is bounded, and what was used last stays."""

from chunk_service.adapters.tokens.claims import Validity
from chunk_service.adapters.tokens.verified import VerifiedToken, VerifiedTokens
from chunk_service.domain.principals import Principal

VERIFIED = VerifiedToken(Principal(owner="a"), Validity(begins=0, ends=1))


def test_the_token_used_longest_ago_goes_first() -> None:
    tokens = VerifiedTokens(capacity=2, kept_seconds=60)
    tokens.keep("first", VERIFIED)
    tokens.keep("second", VERIFIED)
    tokens.get("first")
    tokens.keep("third", VERIFIED)
    assert len(tokens) == 2
    assert tokens.get("second") is None
    assert tokens.get("first") is VERIFIED


def test_a_token_is_verified_again_after_a_while_however_often_it_is_used() -> None:
    now = [0.0]
    tokens = VerifiedTokens(capacity=2, kept_seconds=60, clock=lambda: now[0])
    tokens.keep("token", VERIFIED)
    now[0] = 59.9
    assert tokens.get("token") is VERIFIED
    now[0] = 60.0
    assert tokens.get("token") is None


def test_tokens_themselves_are_not_kept() -> None:
    tokens = VerifiedTokens(capacity=2, kept_seconds=60)
    tokens.keep("the-token", VERIFIED)
    assert "the-token" not in repr(vars(tokens))
