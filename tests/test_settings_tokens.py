"""Where keys of tokens come from: at least one place, and none that others could speak for."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ed448, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chunk_service.settings.loading import SettingsError, load_group
from chunk_service.settings.tokens import TokenSettings

CONTENT = {"expected_jwt_issuer": "main", "expected_jwt_audience": "chunks"}
PASERK = "k4.public.Hrnbu7wEfAP9cGBOAHHwmH4Wsot1ciXBHwBBXQ4gsaI"
URL = "https://main.example.com/.well-known/jwks.json"


def pem_of(key: PublicKeyTypes) -> str:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


RSA_PEM = pem_of(rsa.generate_private_key(65_537, 2_048).public_key())
ED25519_PEM = pem_of(ed25519.Ed25519PrivateKey.generate().public_key())
ED448_PEM = pem_of(ed448.Ed448PrivateKey.generate().public_key())


def settings(**given: str) -> TokenSettings:
    return load_group(TokenSettings, env_file=None, given=CONTENT | given)


def fault(**given: str) -> str:
    with pytest.raises(SettingsError) as caught:
        settings(**given)
    return str(caught.value)


def test_published_keys_are_enough() -> None:
    loaded = settings(main_service_jwks_url=URL)
    assert loaded.main_service_jwks_url == URL
    assert loaded.main_service_jwt_public_key == ""
    assert loaded.jwks_max_age == timedelta(minutes=10)
    assert loaded.jwks_stale_for == timedelta(hours=24)


def test_they_may_stand_beside_a_key() -> None:
    both = settings(main_service_jwks_url=URL, main_service_jwt_public_key=RSA_PEM)
    assert (both.main_service_jwks_url, both.main_service_jwt_public_key) == (URL, RSA_PEM)
    assert "PUBLIC_KEY" in fault(main_service_jwks_url=URL, main_service_jwt_public_key="no key")


def test_without_any_key_it_does_not_start() -> None:
    told = fault()
    assert told.startswith("1 setting is wrong or missing:")
    assert "MAIN_SERVICE_JWKS_URL" in told
    assert "PASETO_PUBLIC_KEY" in told


def test_a_key_for_paseto_is_enough_in_either_spelling() -> None:
    assert settings(paseto_public_key=ED25519_PEM).paseto_public_key == ED25519_PEM
    assert settings(paseto_public_key=ED25519_PEM.replace("\n", "\\n")).paseto_public_key == (
        ED25519_PEM
    )
    pem = settings(paseto_public_key=PASERK).paseto_public_key
    assert pem is not None
    assert settings(paseto_public_key=pem).paseto_public_key == pem


@pytest.mark.parametrize(
    "key",
    [
        RSA_PEM,
        ED448_PEM,
        "pa55word",
        "k4.public.pa55word",
        PASERK + "A",
        PASERK.replace("public", "secret"),
        PASERK.replace("public", "local"),
        PASERK.replace("k4", "k2"),
        "-----BEGIN PRIVATE KEY-----\npa55word",
    ],
)
def test_any_other_key_for_paseto_is_refused(key: str) -> None:
    told = fault(paseto_public_key=key)
    assert told.startswith("1 setting is wrong or missing:\n  PASETO_PUBLIC_KEY: ")
    assert "pa55word" not in told
    assert PASERK[10:] not in told


@pytest.mark.parametrize(
    "url",
    [
        "https://keys.example.com/jwks?tenant=1",
        "http://localhost:8080/jwks",
        "http://127.0.0.1/jwks",
        "http://[::1]:80/jwks",
        "http://10.1.2.3/jwks",
        "http://main-service:8000/jwks",
        "http://main.default.svc.cluster.local/jwks",
        "http://main.corp.internal/jwks",
    ],
)
def test_an_address_that_nobody_on_the_way_may_answer_for_is_accepted(url: str) -> None:
    assert settings(main_service_jwks_url=url).main_service_jwks_url == url


@pytest.mark.parametrize(
    "url",
    [
        "http://keys.example.com/jwks",
        "http://8.8.8.8/jwks",
        "http://[2606:4700::1]/jwks",
        "http://localhost.example.com/jwks",
        "http://internal.example.com/jwks",
        "https://user:pa55word@keys.example.com/jwks",
        "https://keys.example.com/jwks#pa55word",
        "ftp://localhost/jwks",
        "file:///etc/keys",
        "keys.example.com",
        "http:///jwks",
    ],
)
def test_any_other_is_refused(url: str) -> None:
    told = fault(main_service_jwks_url=url)
    assert told.startswith("1 setting is wrong or missing:\n  MAIN_SERVICE_JWKS_URL: ")
    assert "pa55word" not in told


@pytest.mark.parametrize(
    ("name", "text"), [("jwks_max_age", "9s"), ("jwks_max_age", "25h"), ("jwks_stale_for", "8d")]
)
def test_ages_have_bounds(name: str, text: str) -> None:
    assert name.upper() in fault(main_service_jwks_url=URL, **{name: text})
