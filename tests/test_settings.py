"""Settings: names as documented, all faults told at once, and never a secret in a message."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chunk_service.settings.loading import SettingsError, load_settings
from chunk_service.settings.model import GROUPS, Settings
from chunk_service.settings.secrets import split_secrets

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def pem_of(key: PublicKeyTypes) -> str:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


RSA_PEM = pem_of(rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key())
SMALL_RSA_PEM = pem_of(rsa.generate_private_key(public_exponent=65537, key_size=1024).public_key())
P256_PEM = pem_of(ec.generate_private_key(ec.SECP256R1()).public_key())
P384_PEM = pem_of(ec.generate_private_key(ec.SECP384R1()).public_key())
ED25519_PEM = pem_of(ed25519.Ed25519PrivateKey.generate().public_key())
REQUIRED = {
    "DATABASE_URL": "postgres://user:pa55word@db:5432/chunks",
    "LOCAL_TEMP_CHUNK_PATH": "/var/spool/chunks",
    "MAIN_SERVICE_JWT_PUBLIC_KEY": RSA_PEM,
    "EXPECTED_JWT_ISSUER": "main",
    "EXPECTED_JWT_AUDIENCE": "chunks",
    "S3_BUCKET_NAME": "uploads",
}
KEYS = {"S3_ACCESS_KEY": "access", "S3_SECRET_KEY": "s3cret"}


@pytest.fixture(autouse=True)
def _only_our_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def settings(environment: Mapping[str, str]) -> Settings:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (REQUIRED | KEYS | dict(environment)).items():
            patch.setenv(name, value)
        return load_settings()


def fault(environment: Mapping[str, str]) -> str:
    with pytest.raises(SettingsError) as caught:
        settings(environment)
    return str(caught.value)


def test_the_required_settings_suffice() -> None:
    loaded = settings({})
    assert loaded.database_url.get_secret_value() == (
        "postgresql+asyncpg://user:pa55word@db:5432/chunks"
    )
    assert loaded.database_dsn.get_secret_value() == "postgresql://user:pa55word@db:5432/chunks"
    assert loaded.main_service_jwt_public_key == RSA_PEM
    assert loaded.s3_public_endpoint_url == "https://s3.us-east-1.amazonaws.com"
    assert loaded.upload_ttl == timedelta(hours=24)
    assert loaded.spool_max_bytes == 20 * 2**30
    assert loaded.log_level == "info"


def test_everything_missing_is_named_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings()
    missing = [name for name in REQUIRED if f"{name}" in str(caught.value)]
    assert missing == list(REQUIRED)


def test_everything_wrong_is_named_at_once() -> None:
    wrong = {
        "PORT": "70000",
        "SPOOL_FSYNC": "perhaps",
        "UPLOAD_TTL": "soon",
        "MAX_CHUNK_SIZE": "7MiB",
        "RELAY_MODE": "lazy",
        "ALLOWED_FILE_TYPES": "pdf",
        "S3_BUCKET_NAME": "a b",
    }
    message = fault(wrong)
    assert message.startswith("7 settings are wrong or missing:")
    assert all(f"  {name}" in message for name in wrong)


def test_allowed_types_are_read() -> None:
    assert settings({}).allowed_file_types is None
    types = settings({"ALLOWED_FILE_TYPES": "audio,.stl=model/stl"}).allowed_file_types
    assert types is not None
    assert {".stl", ".mp3", ".flac"} <= set(types.extensions)


def test_values_come_from_the_file_and_the_environment_wins() -> None:
    Path(".env").write_text("PORT=9000\nHOST=0.0.0.0\n")
    loaded = settings({"PORT": "9001"})
    assert (loaded.host, loaded.port) == ("0.0.0.0", 9001)


def test_a_file_that_is_no_text_is_a_clear_message() -> None:
    Path(".env").write_bytes(b"PORT=\xff\xfe")
    assert "cannot be read as UTF-8" in fault({})


def test_an_empty_variable_is_an_unset_one() -> None:
    assert settings({"S3_ENDPOINT_URL": "", "PORT": ""}).port == 8000
    assert "S3_BUCKET_NAME (or AWS_BUCKET) is missing" in fault({"S3_BUCKET_NAME": ""})


@pytest.mark.parametrize(
    "environment",
    [
        {"DATABASE_URL": "mysql://user:pa55word@db/chunks"},
        {"DATABASE_URL": "postgresql://user:pa55word@db:no/chunks"},
        {"DATABASE_URL": "postgresql://user:pa55word\u2100@db/chunks"},
        {"DATABASE_URL": "postgresql://user:x@db/chunks?pa55word"},
        {"S3_ENDPOINT_URL": "https://user:pa55word@s3"},
        {"WEBHOOK_SECRET": "pa55word"},
        {"MAIN_SERVICE_JWT_PUBLIC_KEY": "-----BEGIN PRIVATE KEY-----\npa55word"},
        {"MAIN_SERVICE_CALLBACK_URL": "pa55word"},
        {"PORT": "pa55word"},
    ],
)
def test_no_message_repeats_a_value(environment: Mapping[str, str]) -> None:
    with pytest.raises(SettingsError) as caught:
        settings(environment)
    assert "pa55word" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_secrets_do_not_show_in_the_settings_themselves() -> None:
    loaded = settings({"WEBHOOK_SECRET": SECRET})
    assert not {"pa55word", "s3cret", SECRET} & set(repr(loaded).replace("'", " ").split())
    assert "pa55word" not in repr(loaded)


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        settings({}).port = 1


@pytest.mark.parametrize(
    ("algorithm", "pem", "fits"),
    [
        ("RS256", RSA_PEM, True),
        ("RS512", RSA_PEM, True),
        ("ES256", P256_PEM, True),
        ("EdDSA", ED25519_PEM, True),
        ("RS256", SMALL_RSA_PEM, False),
        ("RS256", P256_PEM, False),
        ("ES256", P384_PEM, False),
        ("ES256", RSA_PEM, False),
        ("EdDSA", RSA_PEM, False),
        ("HS256", RSA_PEM, False),
        ("none", RSA_PEM, False),
        ("RS256", "no key", False),
        ("RS256", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----", False),
    ],
)
def test_the_key_must_fit_the_algorithm(algorithm: str, pem: str, *, fits: bool) -> None:
    environment = {"JWT_ALGORITHM": algorithm, "MAIN_SERVICE_JWT_PUBLIC_KEY": pem}
    if fits:
        assert settings(environment).jwt_algorithm == algorithm
    else:
        assert fault(environment).startswith("1 setting is wrong or missing:")


def test_a_key_on_one_line_is_read() -> None:
    one_line = RSA_PEM.replace("\n", "\\n")
    assert settings({"MAIN_SERVICE_JWT_PUBLIC_KEY": one_line}).main_service_jwt_public_key == (
        RSA_PEM
    )


def test_a_key_is_read_from_its_file(tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    file.write_text(RSA_PEM)
    places = {"MAIN_SERVICE_JWT_PUBLIC_KEY": "", "MAIN_SERVICE_JWT_PUBLIC_KEY_FILE": str(file)}
    assert settings(places).main_service_jwt_public_key == RSA_PEM
    assert "not both" in fault({"MAIN_SERVICE_JWT_PUBLIC_KEY_FILE": str(file)})
    file.unlink()
    assert "  MAIN_SERVICE_JWT_PUBLIC_KEY_FILE: the file cannot be read" in fault(places)


def test_a_spool_that_nobody_may_look_at_is_its_own_fault(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "file" / "spool", tmp_path / ("x" * 300)):
        told = fault({"LOCAL_TEMP_CHUNK_PATH": str(path)})
        assert "  LOCAL_TEMP_CHUNK_PATH: cannot be looked at" in told


@pytest.mark.parametrize(
    ("secret", "accepted"),
    [
        (SECRET, True),
        ("whsec_" + "A" * 32, True),
        ("whsec_" + "A" * 86 + "==", True),
        ("", False),
        ("A" * 32, False),
        ("whsec_" + "A" * 28, False),
        ("whsec_" + "A" * 88, False),
        ("whsec_not base64", False),
    ],
)
def test_a_callback_needs_a_secret_that_signs(secret: str, *, accepted: bool) -> None:
    environment = {"MAIN_SERVICE_CALLBACK_URL": "https://main/hook", "WEBHOOK_SECRET": secret}
    if accepted:
        assert settings(environment).webhook_secret
    else:
        assert "  WEBHOOK_SECRET: " in fault(environment)


def test_while_a_secret_is_replaced_both_are_taken_and_must_sign() -> None:
    environment = {"MAIN_SERVICE_CALLBACK_URL": "https://main/hook"}
    both = settings(environment | {"WEBHOOK_SECRET": f"{SECRET}, {SECRET}"}).webhook_secret
    assert both is not None
    assert split_secrets(both.get_secret_value()) == (SECRET, SECRET)
    assert "  WEBHOOK_SECRET: " in fault(environment | {"WEBHOOK_SECRET": f"{SECRET} old"})


def test_callers_may_name_hosts_only_with_a_secret_of_their_own() -> None:
    hosts = {"WEBHOOK_ALLOWED_HOSTS": "Hooks.example.com:443, [::1]:8443"}
    assert "  WEBHOOK_CALLBACK_SECRET: " in fault(hosts)
    read = settings(hosts | {"WEBHOOK_CALLBACK_SECRET": SECRET})
    assert read.webhook_allowed_hosts == {"hooks.example.com", "[::1]:8443"}
    for wrong in ("https://hooks.example.com", "*.example.com", "hooks.example.com/x", "a:0"):
        assert "  WEBHOOK_ALLOWED_HOSTS: " in fault({"WEBHOOK_ALLOWED_HOSTS": wrong})


@pytest.mark.parametrize(
    ("environment", "name"),
    [
        ({"UPLOAD_TTL": "2d", "UPLOAD_MAX_AGE": "1d"}, "UPLOAD_MAX_AGE"),
        ({"SPOOL_MAX_BYTES": "127MiB"}, "SPOOL_MAX_BYTES"),
        ({"LOCAL_TEMP_CHUNK_PATH": __file__}, "LOCAL_TEMP_CHUNK_PATH"),
        ({"S3_ENDPOINT_URL": "s3.example.com"}, "S3_ENDPOINT_URL"),
        ({"S3_PUBLIC_ENDPOINT_URL": "https://s3/?x=1"}, "S3_PUBLIC_ENDPOINT_URL"),
        ({"MAIN_SERVICE_CALLBACK_URL": "ftp://main/"}, "MAIN_SERVICE_CALLBACK_URL"),
        ({"COMPLETE_WAIT": "0"}, "COMPLETE_WAIT"),
        ({"MAX_FILE_SIZE": "50TiB"}, "MAX_FILE_SIZE"),
    ],
)
def test_what_does_not_go_together_is_refused(environment: Mapping[str, str], name: str) -> None:
    assert f"  {name}: " in fault(environment)


def test_the_public_endpoint_is_the_endpoint_unless_told() -> None:
    inside = {"S3_ENDPOINT_URL": "http://s3:8333/"}
    assert settings(inside).s3_public_endpoint_url == "http://s3:8333"
    outside = inside | {"S3_PUBLIC_ENDPOINT_URL": "https://files.example.com/s3/"}
    assert settings(outside).s3_public_endpoint_url == "https://files.example.com/s3"


def test_debug_turns_on_debug_logging() -> None:
    assert settings({"DEBUG": "1", "LOG_LEVEL": "ERROR"}).log_level == "debug"
    assert settings({"LOG_LEVEL": "ERROR"}).log_level == "error"


def test_every_setting_belongs_to_one_group_and_is_described() -> None:
    grouped = [name for group in GROUPS for name in group.model_fields]
    assert sorted(grouped) == sorted(Settings.model_fields)
    assert all(field.description for field in Settings.model_fields.values())
