"""Tokens are believed only when everything about them is right; attacks are refused by name."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Final

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chunk_service.adapters.tokens.jwt import JwtVerifier, OwnKey
from chunk_service.adapters.tokens.reader import TokenReader
from chunk_service.domain.errors import Unauthorized
from chunk_service.domain.principals import Principal, Scope

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
KEY: Final = rsa.generate_private_key(public_exponent=65537, key_size=2048)
FOREIGN_KEY: Final = rsa.generate_private_key(public_exponent=65537, key_size=2048)
NOW: Final = time.time()
NOT_A_JWT: Final = "The token is not a JWT that can be read here."
NOT_TIMES: Final[list[object]] = [True, "9999999999", [], 1e400, -1e400, 10**400]
NOT_OWNERS: Final[list[object]] = [1, True, [], {}, "", "a\0b", "a\n", "\ud800", "a" * 256]
NOT_FILE_IDS: Final[list[object]] = [None, True, 1.5, [], "", "a\0", "x" * 129]
NOT_SCOPES: Final[list[object]] = [None, 1, True, {"a": 1}, [1], ["a"] * 65]


def pem_of(key: PrivateKey) -> str:
    public = key.public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def reader(
    key: PrivateKey = KEY,
    *,
    algorithm: str = "RS256",
    clock: Callable[[], float] = lambda: NOW,
) -> TokenReader:
    return TokenReader(
        [JwtVerifier([OwnKey.from_pem(pem_of(key))], algorithm)],
        issuer="main",
        audience="chunks",
        leeway_seconds=10,
        clock=clock,
    )


def claims(**changes: object) -> dict[str, object]:
    """Good claims with changes; `...` takes one away."""
    good: dict[str, object] = {"iss": "main", "aud": "chunks", "sub": "user-1", "exp": NOW + 60}
    return {name: value for name, value in (good | changes).items() if value is not ...}


def raw_token(payload: object, header: object, *, key: PrivateKey = KEY) -> str:
    """A token signed by us over any JSON at all: libraries refuse to make the odd ones."""
    segments = b".".join(_encoded(json.dumps(part).encode()) for part in (header, payload))
    signature = jwt.get_algorithm_by_name("RS256").sign(segments, key)
    return b".".join([segments, _encoded(signature)]).decode()


def token(**changes: object) -> str:
    return raw_token(claims(**changes), {"alg": "RS256", "typ": "JWT"})


def _encoded(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


async def refusal(bearer: str) -> str:
    with pytest.raises(Unauthorized) as caught:
        await reader().read(bearer)
    assert len(bearer) < 10 or bearer not in caught.value.detail
    return caught.value.detail


async def test_a_good_token_names_its_owner() -> None:
    assert await reader().read(token()) == Principal(owner="user-1")


@pytest.mark.parametrize(
    ("algorithm", "key"),
    [
        ("RS384", KEY),
        ("RS512", KEY),
        ("ES256", ec.generate_private_key(ec.SECP256R1())),
        ("EdDSA", ed25519.Ed25519PrivateKey.generate()),
    ],
)
async def test_every_configured_algorithm_is_read(algorithm: str, key: PrivateKey) -> None:
    signed = jwt.encode(claims(), key, algorithm=algorithm)
    assert (await reader(key, algorithm=algorithm).read(signed)).owner == "user-1"


@pytest.mark.parametrize("name", ["exp", "aud", "iss", "sub"])
async def test_a_missing_claim_is_named(name: str) -> None:
    assert await refusal(token(**{name: ...})) == f"The token lacks the claim '{name}'."
    assert f"'{name}'" in await refusal(token(**{name: None}))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"iss": "other"}, "issuer"),
        ({"iss": ["main"]}, "issuer"),
        ({"iss": "main "}, "issuer"),
        ({"aud": "other"}, "audience"),
        ({"aud": ["other"]}, "audience"),
        ({"aud": ["chunks", 1]}, "audience"),
        ({"aud": {"chunks": 1}}, "audience"),
        ({"exp": NOW - 10}, "expired"),
        ({"exp": 1}, "expired"),
        ({"nbf": NOW + 11}, "not valid yet"),
        ({"iat": NOW + 11}, "not valid yet"),
        *[({"exp": odd}, "'exp'") for odd in NOT_TIMES],
        *[({"nbf": odd}, "'nbf'") for odd in [*NOT_TIMES, None, float("nan")]],
        ({"iat": "0"}, "'iat'"),
        *[({"sub": odd}, "'sub'") for odd in NOT_OWNERS],
        *[({"file_id": odd}, "'file_id'") for odd in NOT_FILE_IDS],
        *[({"scope": odd}, "'scope'") for odd in NOT_SCOPES],
        *[({"scp": odd}, "'scp'") for odd in NOT_SCOPES],
    ],
)
async def test_a_wrong_claim_is_refused(changes: dict[str, object], reason: str) -> None:
    assert reason in await refusal(token(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": ["other", "chunks"]},
        {"exp": NOW - 9.9},
        {"nbf": NOW + 9.9, "iat": NOW + 9.9},
        {"sub": "ü" * 255},
    ],
)
async def test_what_is_within_bounds_is_accepted(changes: dict[str, object]) -> None:
    assert (await reader().read(token(**changes))).owner


@pytest.mark.parametrize(
    ("given", "text"), [(123, "123"), ("123", "123"), (0, "0"), ("a b", "a b")]
)
async def test_a_file_id_is_compared_as_text(given: object, text: str) -> None:
    principal = await reader().read(token(file_id=given))
    assert principal.file_id == text
    assert principal.may_touch(text)
    assert not principal.may_touch(text + "0")


@pytest.mark.parametrize(
    ("given", "email"),
    [
        ("alice@example.org", "alice@example.org"),
        ("用户@例子.中国", "用户@例子.中国"),
        ("a@b\r\nBcc: eve@example.org", None),
        ("alice", None),
        ("alice@localhost@example.org", None),
        ("", None),
        (7, None),
        (None, None),
    ],
)
async def test_an_email_that_mail_cannot_reach_is_none(given: object, email: str | None) -> None:
    assert (await reader().read(token(email=given))).email == email


@pytest.mark.parametrize("name", ["scope", "scp"])
@pytest.mark.parametrize("given", ["upload  admin", ["upload", "admin"], "admin upload mail ADMIN"])
async def test_scopes_are_words_or_a_list_and_foreign_ones_are_passed_over(
    name: str, given: object
) -> None:
    principal = await reader().read(token(**{name: given}))
    assert principal.scopes == frozenset({Scope.UPLOAD, Scope.ADMIN})


async def test_no_scope_claim_is_all_but_admin_and_an_empty_one_nothing() -> None:
    assert (await reader().read(token())).scopes == frozenset(Scope) - {Scope.ADMIN}
    assert (await reader().read(token(scope="", scp="upload"))).scopes == frozenset()


async def test_alg_none_is_refused() -> None:
    unsigned = jwt.encode(claims(), key="", algorithm="none")
    assert await refusal(unsigned) == "The token must be signed with RS256."


async def test_hs256_with_the_public_key_is_refused() -> None:
    """The classic confusion: the public PEM taken for a shared secret."""
    segments = b".".join(
        _encoded(json.dumps(part).encode()) for part in ({"alg": "HS256"}, claims())
    )
    mac = hmac.digest(pem_of(KEY).encode(), segments, hashlib.sha256)
    assert "RS256" in await refusal(b".".join([segments, _encoded(mac)]).decode())


async def test_another_key_is_refused() -> None:
    forged = raw_token(claims(), {"alg": "RS256"}, key=FOREIGN_KEY)
    assert await refusal(forged) == "The token's signature is not valid."


async def test_another_algorithm_of_the_same_key_is_refused() -> None:
    assert "RS256" in await refusal(jwt.encode(claims(), KEY, algorithm="RS512"))


@pytest.mark.parametrize(
    "pointer",
    [
        {"kid": "../../etc/passwd"},
        {"jku": "https://attacker.example/keys"},
        {"x5u": "https://attacker.example/cert"},
        {"jwk": {"kty": "oct", "k": "AAAA"}},
    ],
)
async def test_keys_that_the_header_points_at_are_never_used(pointer: dict[str, object]) -> None:
    header = {"alg": "RS256", **pointer}
    assert "signature" in await refusal(raw_token(claims(), header, key=FOREIGN_KEY))
    assert (await reader().read(raw_token(claims(), header))).owner == "user-1"


@pytest.mark.parametrize(
    "extension",
    [{"crit": ["exp"]}, {"crit": []}, {"b64": False, "crit": ["b64"]}, {"b64": False}],
)
async def test_critical_extensions_are_refused(extension: dict[str, object]) -> None:
    assert await refusal(raw_token(claims(), {"alg": "RS256", **extension})) == NOT_A_JWT


@pytest.mark.parametrize(
    "bearer",
    ["", ".", "..", "a.b.c", "a.b", "a.b.c.d.e", "[" * 5000, "eyJ9.e30.", "\0"],
)
async def test_what_is_not_a_token_is_refused(bearer: str) -> None:
    assert await refusal(bearer) == NOT_A_JWT


@pytest.mark.parametrize("bearer", ["é.é.é", "\ud800"])
async def test_what_no_token_is_written_with_is_refused(bearer: str) -> None:
    assert await refusal(bearer) == "The token is of a kind that is not read here."


@pytest.mark.parametrize("payload", [[], "text", 1, None])
async def test_a_payload_that_is_no_object_is_refused(payload: object) -> None:
    assert await refusal(raw_token(payload, {"alg": "RS256"})) == NOT_A_JWT


async def test_a_deeply_nested_payload_is_refused() -> None:
    segments = b".".join([_encoded(b'{"alg":"RS256"}'), _encoded(b"[" * 5000)])
    signature = jwt.get_algorithm_by_name("RS256").sign(segments, KEY)
    assert await refusal(b".".join([segments, _encoded(signature)]).decode()) == NOT_A_JWT


async def test_a_huge_token_is_refused_before_it_is_read() -> None:
    assert "longer than 8192" in await refusal(token(padding="x" * 8192))


async def test_a_changed_token_is_refused_though_the_true_one_is_remembered() -> None:
    ours = reader()
    true = token()
    await ours.read(true)
    header, _, signature = true.split(".")
    other = _encoded(json.dumps(claims(sub="user-2")).encode()).decode()
    with pytest.raises(Unauthorized, match="signature"):
        await ours.read(f"{header}.{other}.{signature}")


async def test_a_remembered_token_ends_at_its_exp() -> None:
    now = [NOW]
    ours = reader(clock=lambda: now[0])
    bearer = token(exp=NOW + 60)
    assert await ours.read(bearer) is await ours.read(bearer)
    now[0] = NOW + 70
    with pytest.raises(Unauthorized, match="expired"):
        await ours.read(bearer)


async def test_a_remembered_token_respects_nbf_when_the_clock_goes_back() -> None:
    now = [NOW]
    ours = reader(clock=lambda: now[0])
    bearer = token(nbf=NOW)
    await ours.read(bearer)
    now[0] = NOW - 3600
    with pytest.raises(Unauthorized, match="not valid yet"):
        await ours.read(bearer)
