"""PASETO v4.public by the same rules as JWT; what else calls itself a PASETO is refused."""

import json
import subprocess
import sys
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Final

import jwt
import pyseto
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from chunk_service.adapters.tokens.jwt import JwtVerifier, OwnKey
from chunk_service.adapters.tokens.paseto import PasetoVerifier
from chunk_service.adapters.tokens.reader import TokenReader
from chunk_service.domain.errors import Unauthorized
from chunk_service.domain.principals import Principal, Scope
from chunk_service.settings.public_keys import ed25519_pem

NOW: Final = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
KEY: Final = ed25519.Ed25519PrivateKey.generate()
FOREIGN_KEY: Final = ed25519.Ed25519PrivateKey.generate()
NOT_A_PASETO: Final = "The token is not a PASETO that can be read here."
NOT_TIMES: Final[list[object]] = [
    None,
    True,
    NOW.timestamp() + 60,
    str(NOW.timestamp() + 60),
    "",
    "2026-11-22",
    "2026-11-22T08:00:00",
    "2026-11-22 08:00:00Z",
    "20261122T080000Z",
    "2026-11-31T08:00:00Z",
    "2026-11-22T08:00:60Z",
    "2026-11-22T08:00:00+2400",
    "２０２６-11-22T08:00:00Z",
    ["2026-11-22T08:00:00Z"],
]


def pem_of(key: ed25519.Ed25519PrivateKey) -> str:
    form = PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(Encoding.PEM, form).decode()


def signing(key: ed25519.Ed25519PrivateKey, version: int = 4) -> pyseto.KeyInterface:
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pyseto.Key.new(version=version, purpose="public", key=pem)


def reader() -> TokenReader:
    return TokenReader(
        [PasetoVerifier(pem_of(KEY)), JwtVerifier([OwnKey.from_pem(pem_of(KEY))], "EdDSA")],
        issuer="main",
        audience="chunks",
        leeway_seconds=10,
        clock=NOW.timestamp,
    )


def moment(*, seconds: float) -> str:
    return (NOW + timedelta(seconds=seconds)).isoformat()


def claims(**changes: object) -> dict[str, object]:
    """Good claims with changes; `...` takes one away."""
    good = {"iss": "main", "aud": "chunks", "sub": "user-1", "exp": moment(seconds=60)}
    return {name: value for name, value in (good | changes).items() if value is not ...}


def signed(
    payload: object, *, key: ed25519.Ed25519PrivateKey = KEY, footer: str = "", implicit: str = ""
) -> str:
    text = json.dumps(payload).encode()
    return pyseto.encode(signing(key), text, footer, implicit).decode()


def token(**changes: object) -> str:
    return signed(claims(**changes))


async def refusal(bearer: str) -> str:
    with pytest.raises(Unauthorized) as caught:
        await reader().read(bearer)
    assert bearer not in caught.value.detail
    return caught.value.detail


async def test_a_good_token_names_its_owner_and_what_it_may() -> None:
    now = moment(seconds=0)
    bearer = token(file_id=7, scope="upload", email="a@example.org", nbf=now, iat=now)
    assert await reader().read(bearer) == Principal(
        owner="user-1", file_id="7", scopes=frozenset({Scope.UPLOAD}), email="a@example.org"
    )


async def test_a_jwt_is_still_a_jwt_beside_it() -> None:
    bearer = jwt.encode(claims(exp=NOW.timestamp() + 60), KEY, algorithm="EdDSA")
    assert (await reader().read(bearer)).owner == "user-1"


@pytest.mark.parametrize(
    "exp",
    [
        "2026-11-21T07:59:51Z",
        "2026-11-21t08:00:01z",
        "2026-11-21T10:00:01.123456789+02:00",
        "9999-12-31T23:59:59-23:59",
    ],
)
async def test_times_are_written_by_rfc_3339(exp: str) -> None:
    assert (await reader().read(token(exp=exp))).owner == "user-1"


@pytest.mark.parametrize("name", ["exp", "aud", "iss", "sub"])
async def test_a_missing_claim_is_named(name: str) -> None:
    assert await refusal(token(**{name: ...})) == f"The token lacks the claim '{name}'."
    assert f"'{name}'" in await refusal(token(**{name: None}))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"iss": "other"}, "issuer"),
        ({"iss": ["main"]}, "issuer"),
        ({"aud": "other"}, "audience"),
        ({"aud": ["chunks", 1]}, "audience"),
        ({"exp": moment(seconds=-10)}, "expired"),
        ({"exp": "0001-01-01T00:00:00+23:59"}, "expired"),
        ({"nbf": moment(seconds=11)}, "not valid yet"),
        ({"iat": moment(seconds=11)}, "not valid yet"),
        *[({"exp": odd}, "'exp'") for odd in NOT_TIMES],
        *[({"nbf": odd}, "'nbf'") for odd in NOT_TIMES],
        ({"iat": 0}, "'iat'"),
        ({"sub": "a\0b"}, "'sub'"),
        ({"sub": 1}, "'sub'"),
        ({"file_id": 1.5}, "'file_id'"),
        ({"scope": 1}, "'scope'"),
    ],
)
async def test_a_wrong_claim_is_refused(changes: dict[str, object], reason: str) -> None:
    assert reason in await refusal(token(**changes))


async def test_another_key_is_refused() -> None:
    assert "signature" in await refusal(signed(claims(), key=FOREIGN_KEY))


async def test_a_footer_is_signed_and_otherwise_ignored() -> None:
    footer = json.dumps({"kid": "k4.pid.other", "exp": "1970-01-01T00:00:00Z"})
    bearer = signed(claims(), footer=footer)
    assert (await reader().read(bearer)).owner == "user-1"
    without = bearer.rpartition(".")[0]
    assert "signature" in await refusal(without)
    assert "signature" in await refusal(f"{without}.e30")
    assert "longer than 8192" in await refusal(signed(claims(), footer="x" * 8192))


async def test_an_implicit_assertion_is_none_of_ours() -> None:
    assert "signature" in await refusal(signed(claims(), implicit="tenant"))


@pytest.mark.parametrize("place", [0, 20, -65, -64, -1])
async def test_a_changed_token_is_refused(place: int) -> None:
    body = bytearray(urlsafe_b64decode(token().split(".")[2] + "=="))
    body[place] ^= 1
    changed = urlsafe_b64encode(body).rstrip(b"=").decode()
    assert "signature" in await refusal(f"v4.public.{changed}")


@pytest.mark.survives("Access: PASETO of another version or purpose", "401")
async def test_other_versions_and_purposes_are_refused() -> None:
    """Also those made with what everybody may know: the public key as the shared one."""
    raw = KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    text = json.dumps(claims())
    local = pyseto.encode(pyseto.Key.new(version=4, purpose="local", key=raw), text).decode()
    older = pyseto.encode(signing(KEY, version=2), text).decode()
    body = token().split(".")[2]
    for bearer in (local, older, f"v3.public.{body}", f"v4.local.{body}", f"v5.public.{body}"):
        assert await refusal(bearer) == "Of PASETO only v4.public is read here."
    assert "signature" in await refusal(f"v4.public.{local.split('.')[2]}")


@pytest.mark.parametrize(
    "bearer",
    ["v4.public.", "v4.public.AAAA", "v4.public.A", "v4.public.." + "A" * 90, "v4.public.a.b.c"],
)
async def test_what_is_no_paseto_is_refused(bearer: str) -> None:
    assert await refusal(bearer) == NOT_A_PASETO


@pytest.mark.parametrize("payload", [[], "text", 1, None])
async def test_a_payload_that_is_no_object_is_refused(payload: object) -> None:
    assert await refusal(signed(payload)) == NOT_A_PASETO


@pytest.mark.parametrize("text", [b"[" * 4000, b"\xff{}", b"exp"])
async def test_a_payload_that_is_not_json_is_refused(text: bytes) -> None:
    assert await refusal(pyseto.encode(signing(KEY), text).decode()) == NOT_A_PASETO


async def test_a_kind_without_a_key_is_refused() -> None:
    only_jwt = TokenReader(
        [JwtVerifier([OwnKey.from_pem(pem_of(KEY))], "EdDSA")], issuer="main", audience="chunks"
    )
    with pytest.raises(Unauthorized, match="not a JWT"):
        await only_jwt.read(token())
    only_paseto = TokenReader([PasetoVerifier(pem_of(KEY))], issuer="main", audience="chunks")
    with pytest.raises(Unauthorized, match="of a kind that is not read"):
        await only_paseto.read(jwt.encode(claims(), KEY, algorithm="EdDSA"))


async def test_the_test_vector_of_the_standard_is_read() -> None:
    """4-S-1 of https://github.com/paseto-standard/test-vectors."""
    paserk = "k4.public.Hrnbu7wEfAP9cGBOAHHwmH4Wsot1ciXBHwBBXQ4gsaI"
    vector = (
        "v4.public.eyJkYXRhIjoidGhpcyBpcyBhIHNpZ25lZCBtZXNzYWdlIiwiZXhwIjoiMjAyMi0wMS0wMVQwMDowMDow"
        "MCswMDowMCJ9bg_XBBzds8lTZShVlwwKSgeKpLT3yukTw6JUz3W4h_ExsQV-P0V54zemZDcAxFaSeef1QlXEFtkqxT"
        "1ciiQEDA"
    )
    found = await PasetoVerifier(ed25519_pem(paserk)).claims(vector)
    assert found == {"data": "this is a signed message", "exp": 1_640_995_200.0}


def test_who_has_no_paseto_does_not_load_it() -> None:
    program = "import sys, chunk_service.cli.serve, chunk_service.app; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert "chunk_service.wiring.tokens" in done.stdout.split()
    assert "pyseto" not in done.stdout.split()
