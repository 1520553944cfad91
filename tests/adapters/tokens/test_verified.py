"""The memory of verified tokens is bounded, and what was used last stays."""

from chunk_service.adapters.tokens.claims import Validity
from chunk_service.adapters.tokens.verified import VerifiedToken, VerifiedTokens
from chunk_service.domain.principals import Principal

VERIFIED = VerifiedToken(Principal(owner="a"), Validity(begins=0, ends=1))


def test_the_token_used_longest_ago_goes_first() -> None:
    tokens = VerifiedTokens(capacity=2)
    tokens.keep("first", VERIFIED)
    tokens.keep("second", VERIFIED)
    tokens.get("first")
    tokens.keep("third", VERIFIED)
    assert len(tokens) == 2
    assert tokens.get("second") is None
    assert tokens.get("first") is VERIFIED


def test_tokens_themselves_are_not_kept() -> None:
    tokens = VerifiedTokens(capacity=2)
    tokens.keep("the-token", VERIFIED)
    assert "the-token" not in repr(vars(tokens))
