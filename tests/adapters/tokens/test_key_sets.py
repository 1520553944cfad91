"""Of a published set only what can verify our tokens is taken; nothing in it makes it fail."""

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hypothesis import given
from hypothesis import strategies as st
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from chunk_service.adapters.tokens.key_sets import KeySet, UnreadableKeySetError, read_key_set
from tests.adapters.tokens.published import NamedKey, key_set

GOOD = NamedKey("good")
SMALL = RSAAlgorithm.to_jwk(rsa.generate_private_key(65_537, 1_024).public_key(), as_dict=True)
P256 = ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1()).public_key(), as_dict=True)
P384 = ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP384R1()).public_key(), as_dict=True)
ED25519 = OKPAlgorithm.to_jwk(ed25519.Ed25519PrivateKey.generate().public_key(), as_dict=True)
SHARED = {"kty": "oct", "k": "AAAA", "kid": "good"}
PRIVATE = {**RSAAlgorithm.to_jwk(GOOD.private, as_dict=True), "key_ops": ["sign", "verify"]}
JUNK: list[object] = [
    None,
    [],
    "key",
    {},
    {"kty": None},
    {"kty": ["RSA"]},
    {"kty": "RSA"},
    {"kty": "RSA", "n": 5, "e": {}},
    {"kty": "RSA", "n": "", "e": ""},
    {"kty": "RSA", "n": "AAAA", "e": "AQAB"},
    {"kty": "RSA", "n": "é", "e": "AQAB"},
    {"kty": "RSA", "n": GOOD.jwk["n"], "e": "AA"},
    {**GOOD.jwk, "oth": [{}], "d": "AQAB"},
]


def names(text: bytes, algorithm: str = "RS256") -> list[str | None]:
    return [name for name, _ in read_key_set(text, algorithm=algorithm).keys]


@pytest.mark.parametrize(
    ("algorithm", "entry"), [("RS512", GOOD.jwk), ("ES256", P256), ("EdDSA", ED25519)]
)
def test_a_key_of_the_algorithms_kind_is_taken(algorithm: str, entry: dict[str, Any]) -> None:
    entries = [GOOD.jwk, P256, P384, ED25519]
    unsaid = [{**each, "kid": "x", "alg": algorithm} for each in entries]
    (key,) = read_key_set(key_set(*unsaid), algorithm=algorithm).with_id("x")
    (same,) = read_key_set(key_set({**entry, "alg": algorithm}), algorithm=algorithm).keys
    assert key == same[1]


@pytest.mark.parametrize(
    "unfit",
    [
        {**GOOD.jwk, "use": "enc"},
        {**GOOD.jwk, "use": None},
        {**GOOD.jwk, "alg": "RS512"},
        {**GOOD.jwk, "alg": "HS256"},
        {**GOOD.jwk, "alg": ["RS256"]},
        {**GOOD.jwk, "key_ops": ["encrypt"]},
        {**GOOD.jwk, "key_ops": "verify"},
        SMALL,
        SHARED,
        PRIVATE,
        *JUNK,
    ],
)
def test_what_cannot_verify_our_tokens_is_passed_over(unfit: object) -> None:
    assert names(key_set(unfit, GOOD.jwk)) == ["good"]


def test_a_name_that_is_no_text_is_none() -> None:
    assert names(key_set({**GOOD.jwk, "kid": 1}, {**GOOD.jwk, "kid": ["good"]})) == [None, None]


def test_two_keys_of_one_name_are_both_found() -> None:
    other = NamedKey("good")
    found = read_key_set(key_set(SHARED, other.jwk, GOOD.jwk), algorithm="RS256")
    assert len(found.with_id("good")) == 2
    assert found.with_id("other") == []


def test_a_token_without_a_name_means_the_only_key() -> None:
    both = key_set(GOOD.jwk, NamedKey("other").jwk)
    assert len(read_key_set(key_set(GOOD.jwk), algorithm="RS256").with_id(None)) == 1
    assert read_key_set(both, algorithm="RS256").with_id(None) == []


def test_an_empty_set_is_a_set() -> None:
    assert read_key_set(b'{"keys":[]}', algorithm="RS256") == KeySet([])


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"<html>",
        b"\xff",
        b"[]",
        b"{}",
        b"1",
        b'{"keys":{}}',
        b'{"keys":null}',
        b"[" * 100_000,
        key_set(*[GOOD.jwk] * 101),
    ],
)
def test_what_is_no_set_is_unreadable(text: bytes) -> None:
    with pytest.raises(UnreadableKeySetError):
        read_key_set(text, algorithm="RS256")


_VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=8), st.lists, max_leaves=3
)
_MEMBERS = ("kty", "n", "e", "d", "crv", "x", "y", "kid", "use", "alg", "key_ops")


@given(
    st.sampled_from(["RS256", "ES256", "EdDSA"]),
    st.sampled_from([GOOD.jwk, P256, ED25519]),
    st.dictionaries(st.sampled_from(_MEMBERS), _VALUES, max_size=3),
)
def test_no_entry_spoils_the_others(
    algorithm: str, entry: dict[str, Any], changes: dict[str, object]
) -> None:
    text = json.dumps({"keys": [entry | changes, entry]}).encode()
    assert len(read_key_set(text, algorithm=algorithm).keys) <= 2
