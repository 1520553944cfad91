"""A service whose main service signs PASETO tokens, instead of JWTs or beside them."""

from datetime import timedelta

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from chunk_service.cli.paseto_token import mint_paseto
from tests.service import tokens
from tests.service.caller import Caller, client_of, problem_of
from tests.service.deployment import Deployment

KEY, FOREIGN = ed25519.Ed25519PrivateKey.generate(), ed25519.Ed25519PrivateKey.generate()
PEM = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def paseto(key: ed25519.Ed25519PrivateKey = KEY, **claims: str) -> str:
    return mint_paseto(
        private_key_pem=key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        claims={"iss": tokens.ISSUER, "aud": tokens.AUDIENCE, "sub": "alice", **claims},
        ttl=timedelta(minutes=1),
    )


async def asked(url: str, bearer: str) -> httpx.Response:
    async with client_of(url, bearer) as client:
        return await client.get("/files")


@pytest.mark.parametrize("jwt_key", [None, tokens.public_key_pem()], ids=["alone", "beside JWT"])
async def test_a_paseto_opens_what_its_claims_say(own: Deployment, jwt_key: str | None) -> None:
    async with own.served(paseto_public_key=PEM, main_service_jwt_public_key=jwt_key) as served:
        url = served.service.url
        async with client_of(url, paseto()) as client:
            session = await Caller(client).begin()
            await session.put(0, b"abc")
            await session.stored(1)
        assert (await asked(url, paseto())).json()["count"] == 1
        assert (await asked(url, paseto(scope="upload"))).status_code == 403
        assert problem_of(await asked(url, paseto(FOREIGN)), 401) == "unauthorized"
        of_jwt = await asked(url, tokens.token("alice"))
        if jwt_key is None:
            assert problem_of(of_jwt, 401) == "unauthorized"
            assert "kind" in of_jwt.json()["detail"]
        else:
            assert of_jwt.status_code == 200


async def test_without_a_key_for_it_a_paseto_opens_nothing(own: Deployment) -> None:
    async with own.served() as served:
        assert problem_of(await asked(served.service.url, paseto()), 401) == "unauthorized"
