"""A service that reads the keys of tokens from where the main service publishes them."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
import jwt
import pytest

from tests.adapters.tokens.published import NamedKey, published
from tests.doubles import http
from tests.doubles.receiver import Fault, Received, ReceiverDouble, Reply, receiving
from tests.service import tokens
from tests.service.caller import client_of, problem_of
from tests.service.deployment import Deployment

FIRST, SECOND, FOREIGN = NamedKey("first"), NamedKey("second"), NamedKey("first")
ELSEWHERE = "https://attacker.example/keys"


@dataclass
class Publisher:
    """`reply` may be changed at any time."""

    reply: Reply = field(default_factory=lambda: published(FIRST))

    def decide(self, _: Received) -> Reply:
        return self.reply


@pytest.fixture
def publisher() -> Publisher:
    return Publisher()


@pytest.fixture
def address(publisher: Publisher) -> Iterator[ReceiverDouble]:
    with receiving(publisher.decide) as double:
        yield double


@asynccontextmanager
async def served(own: Deployment, url: str, **changes: str | None) -> AsyncIterator[str]:
    settings = {"main_service_jwks_url": url, "main_service_jwt_public_key": None, **changes}
    async with own.served(**settings) as running:
        yield running.service.url


async def asked(url: str, bearer: str) -> httpx.Response:
    async with client_of(url, bearer) as client:
        return await client.get("/files")


def good(key: NamedKey, **changes: object) -> str:
    return key.token(iss=tokens.ISSUER, aud=tokens.AUDIENCE, **changes)


def by_the_public_key() -> str:
    """HS256 with what everybody may read as the shared secret, named like the true key."""
    secret = FIRST.jwk["n"]
    return jwt.encode({"sub": "alice"}, secret, algorithm="HS256", headers={"kid": "first"})


async def test_tokens_are_read_by_published_keys(own: Deployment, address: ReceiverDouble) -> None:
    async with served(own, address.url) as url:
        answers = await asyncio.gather(*(asked(url, good(FIRST, n=n)) for n in range(20)))
        assert {each.status_code for each in answers} == {200}
        for forged in (
            good(FOREIGN),
            good(FOREIGN, kid=...),
            good(SECOND),
            by_the_public_key(),
            jwt.encode({"sub": "alice"}, "", algorithm="none", headers={"kid": "first"}),
            jwt.encode({}, FOREIGN.private, "RS256", {"kid": "first", "jku": ELSEWHERE}),
            good(FIRST, exp=1),
            tokens.token("alice"),
        ):
            assert problem_of(await asked(url, forged), 401) == "unauthorized"
    assert len(address.got) == 1


async def test_a_key_from_the_settings_goes_on_beside_them(
    own: Deployment, publisher: Publisher, address: ReceiverDouble
) -> None:
    publisher.reply = Fault.RESET
    async with served(own, address.url, main_service_jwt_public_key=tokens.public_key_pem()) as url:
        assert (await asked(url, tokens.token("alice"))).status_code == 200
        assert address.got == []
        assert (await asked(url, good(FIRST))).status_code == 503


@pytest.mark.survives("Access: the JWK Set cannot be had", "503 with Retry-After, never 401")
@pytest.mark.parametrize(
    "reply", [Fault.RESET, Fault.HANG, http.Answer(500), http.Answer(200, body=b"<html>")], ids=str
)
async def test_where_no_key_can_be_had_it_is_not_the_tokens_fault(
    own: Deployment, publisher: Publisher, address: ReceiverDouble, reply: Reply
) -> None:
    publisher.reply = reply
    async with served(own, address.url) as url:
        answers = await asyncio.gather(*(asked(url, good(FIRST)) for _ in range(5)))
        for answer in answers:
            assert problem_of(answer, 503) == "keys-unavailable"
            assert int(answer.headers["retry-after"]) > 0
            assert address.url not in answer.text
    assert len(address.got) == 1
