"""The keys of a stack outlive it, belong to their owner only, and sign tokens that verify."""

from pathlib import Path

import jwt
import pytest

from chunk_service.cli.stack.credentials import AUDIENCE, ISSUER, StackCredentials


def test_they_are_the_same_at_the_next_start(tmp_path: Path) -> None:
    assert StackCredentials.kept_in(tmp_path) == StackCredentials.kept_in(tmp_path)
    assert {entry.stat().st_mode & 0o777 for entry in tmp_path.iterdir()} == {0o600}


def test_tokens_verify_with_the_public_key_and_expire(tmp_path: Path) -> None:
    credentials = StackCredentials.kept_in(tmp_path)
    claims = jwt.decode(
        credentials.token("alice"),
        credentials.jwt_public_key,
        algorithms=["RS256"],
        issuer=ISSUER,
        audience=AUDIENCE,
        options={"require": ["exp", "sub"]},
    )
    assert claims["sub"] == "alice"


def test_another_stack_has_other_keys(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    token = StackCredentials.kept_in(tmp_path).token("alice")
    other = StackCredentials.kept_in(tmp_path / "other")
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(token, other.jwt_public_key, algorithms=["RS256"], audience=AUDIENCE)
