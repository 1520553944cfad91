"""A minted development token is one that the service believes."""

import asyncio
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from typer.testing import CliRunner

from chunk_service.adapters.tokens.jwt import JwtVerifier, OwnKey
from chunk_service.adapters.tokens.paseto import PasetoVerifier
from chunk_service.adapters.tokens.reader import TokenReader
from chunk_service.cli.main import app
from chunk_service.domain.principals import Principal, Scope

PrivateKey = (
    rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | dsa.DSAPrivateKey
)
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
ED25519 = ed25519.Ed25519PrivateKey.generate()
ENVIRONMENT = {"EXPECTED_JWT_ISSUER": "main", "EXPECTED_JWT_AUDIENCE": "chunks"}


def key_file(folder: Path, key: PrivateKey) -> Path:
    file = folder / "key.pem"
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return file


def mint(file: Path, *options: str, **environment: str) -> tuple[int, str]:
    arguments = ["token", "--key", str(file), *options]
    result = CliRunner().invoke(app, arguments, env=ENVIRONMENT | environment)
    return result.exit_code, result.output.strip()


def pem_of(key: PrivateKey) -> str:
    form = PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(Encoding.PEM, form).decode()


def read(token: str, key: PrivateKey, algorithm: str, *, issuer: str = "main") -> Principal:
    verifier = JwtVerifier([OwnKey.from_pem(pem_of(key))], algorithm)
    reader = TokenReader([verifier], issuer=issuer, audience="chunks")
    return asyncio.run(reader.read(token))


@pytest.mark.parametrize(
    ("key", "configured", "algorithm"),
    [
        (RSA, "RS256", "RS256"),
        (RSA, "RS512", "RS512"),
        (RSA, "EdDSA", "RS256"),
        (ec.generate_private_key(ec.SECP256R1()), "RS256", "ES256"),
        (ED25519, "RS256", "EdDSA"),
    ],
)
def test_the_algorithm_follows_from_the_key(
    tmp_path: Path, key: PrivateKey, configured: str, algorithm: str
) -> None:
    code, token = mint(key_file(tmp_path, key), JWT_ALGORITHM=configured)
    assert code == 0
    assert read(token, key, algorithm).owner == "developer"


def test_the_options_become_claims(tmp_path: Path) -> None:
    options = ["--sub", "alice", "--file-id", "7", "--scope", "upload admin", "--issuer", "other"]
    code, token = mint(key_file(tmp_path, RSA), *options, EXPECTED_JWT_ISSUER="")
    assert code == 0
    assert read(token, RSA, "RS256", issuer="other") == Principal(
        owner="alice", file_id="7", scopes=frozenset({Scope.UPLOAD, Scope.ADMIN})
    )


def test_a_paseto_is_minted_when_it_is_asked_for(tmp_path: Path) -> None:
    options = ["--paseto", "--sub", "alice", "--scope", "upload"]
    code, token = mint(key_file(tmp_path, ED25519), *options)
    assert code == 0
    verifier = PasetoVerifier(pem_of(ED25519))
    reader = TokenReader([verifier], issuer="main", audience="chunks")
    assert asyncio.run(reader.read(token)) == Principal(
        owner="alice", scopes=frozenset({Scope.UPLOAD})
    )


def test_a_paseto_needs_an_ed25519_key(tmp_path: Path) -> None:
    code, output = mint(key_file(tmp_path, RSA), "--paseto")
    assert code == 2
    assert "private Ed25519 key" in output
    assert "Traceback" not in output


def test_wrong_use_is_one_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    no_key = tmp_path / "no.pem"
    no_key.write_text("no key")
    odd_key = key_file(tmp_path, dsa.generate_private_key(1024))
    good_key = tmp_path / "good.pem"
    key_file(tmp_path, RSA).rename(good_key)
    for code, output in (
        mint(no_key),
        mint(tmp_path / "absent.pem"),
        mint(good_key, "--ttl", "soon"),
        mint(good_key, EXPECTED_JWT_ISSUER=""),
        mint(odd_key),
    ):
        assert code == 2
        assert "Traceback" not in output
