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
from chunk_service.adapters.tokens.reader import TokenReader
from chunk_service.cli.main import app
from chunk_service.domain.principals import Principal, Scope

PrivateKey = (
    rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | dsa.DSAPrivateKey
)
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
ENVIRONMENT = {"EXPECTED_JWT_ISSUER": "main", "EXPECTED_JWT_AUDIENCE": "chunks"}


def key_file(folder: Path, key: PrivateKey) -> Path:
    file = folder / "key.pem"
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return file


def mint(file: Path, *options: str, **environment: str) -> tuple[int, str]:
    arguments = ["token", "--key", str(file), *options]
    result = CliRunner().invoke(app, arguments, env=ENVIRONMENT | environment)
    return result.exit_code, result.output.strip()


def read(token: str, key: PrivateKey, algorithm: str, *, issuer: str = "main") -> Principal:
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    verifier = JwtVerifier([OwnKey.from_pem(pem.decode())], algorithm)
    reader = TokenReader([verifier], issuer=issuer, audience="chunks")
    return asyncio.run(reader.read(token))


@pytest.mark.parametrize(
    ("key", "configured", "algorithm"),
    [
        (RSA, "RS256", "RS256"),
        (RSA, "RS512", "RS512"),
        (RSA, "EdDSA", "RS256"),
        (ec.generate_private_key(ec.SECP256R1()), "RS256", "ES256"),
        (ed25519.Ed25519PrivateKey.generate(), "RS256", "EdDSA"),
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
