"""Tokens that are forged, borrowed or too old, against the whole service: 401, and nothing is done.

What else may be wrong with one is in `tests/adapters/tokens`.
"""

import hashlib
import hmac
import time
from base64 import urlsafe_b64encode

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.service.caller import Caller, Session, client_of, data_of, problem_of
from tests.service.running import RunningService
from tests.service.stores import on_one_store
from tests.service.tokens import AUDIENCE, ISSUER, private_key, public_key_pem

pytestmark = on_one_store

_FOREIGN = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
_ELSEWHERE = {"kid": "1", "jku": "https://attacker.example/keys"}


def _claims(**changes: object) -> dict[str, object]:
    """Good ones with changes; `...` takes one away."""
    good = {"iss": ISSUER, "aud": AUDIENCE, "sub": "alice", "exp": time.time() + 60}
    return {name: value for name, value in (good | changes).items() if value is not ...}


def _signed(
    key: rsa.RSAPrivateKey, headers: dict[str, str] | None = None, **changes: object
) -> str:
    return jwt.encode(_claims(**changes), key, algorithm="RS256", headers=headers)


def _by_the_public_key() -> str:
    """The classic confusion: what everybody may know, taken for a shared secret."""
    unsigned = jwt.encode(_claims(), "x" * 32, algorithm="HS256").rpartition(".")[0]
    mac = hmac.digest(public_key_pem().encode(), unsigned.encode(), hashlib.sha256)
    return f"{unsigned}.{urlsafe_b64encode(mac).rstrip(b'=').decode()}"


_FORGED = {
    "unsigned": jwt.encode(_claims(), "", algorithm="none"),
    "HS256 with the public key": _by_the_public_key(),
    "another key": _signed(_FOREIGN),
    "another key, and where to find it": _signed(_FOREIGN, _ELSEWHERE),
    "another issuer": _signed(private_key(), iss="other"),
    "another audience": _signed(private_key(), aud="other"),
    "expired": _signed(private_key(), exp=time.time() - 3600),
    "without an end": _signed(private_key(), exp=...),
    "of nobody": _signed(private_key(), sub=...),
    "of a list": _signed(private_key(), sub=["alice"]),
    "NUL in its owner": _signed(private_key(), sub="alice\0"),
}


@pytest.mark.parametrize("forged", _FORGED.values(), ids=_FORGED)
@pytest.mark.survives("Access: forged, foreign and expired tokens", "401; nothing is done")
async def test_a_token_that_is_not_right_opens_nothing(
    caller: Caller, service: RunningService, forged: str
) -> None:
    """Also one that ran out between chunk and complete: with a new one all goes on."""
    session = await caller.begin()
    data_of(await session.put(0, b"abc"))
    async with client_of(service.url, forged) as client:
        theirs = Session(session.id, client)
        for answer in (await theirs.put(1, b"x"), await theirs.complete(1), await theirs.abort()):
            assert problem_of(answer, 401) == "unauthorized"
            assert forged not in answer.text
    assert (await session.status())["received_chunks"] == ["0"]
    await session.stored(1)


async def test_a_token_is_taken_from_its_header_only(
    caller: Caller, service: RunningService
) -> None:
    session = await caller.begin()
    good = _signed(private_key())
    async with httpx.AsyncClient(base_url=service.url, trust_env=False) as client:
        for answer in (
            await client.get(f"/upload/{session.id}", params={"access_token": good}),
            await client.get(f"/upload/{session.id}", headers={"Cookie": f"token={good}"}),
            await client.get(f"/upload/{session.id}", headers={"Authorization": f"Basic {good}"}),
        ):
            assert problem_of(answer, 401) == "unauthorized"
