"""A variable that is nearly a setting is pointed out; foreign ones are left in peace."""

import pytest

from chunk_service.settings.model import Settings
from chunk_service.settings.spelling import misspellings

KNOWN = frozenset(name.upper() for name in Settings.model_fields)


@pytest.mark.parametrize(
    ("found", "meant"),
    [
        ("S3_BUCKET", "S3_BUCKET_NAME"),
        ("S3_ENDPOINT", "S3_ENDPOINT_URL"),
        ("DATABASE_URI", "DATABASE_URL"),
        ("EXPECTED_JWT_ISSUE", "EXPECTED_JWT_ISSUER"),
        ("LOG_LEVLE", "LOG_LEVEL"),
        ("spool_fsyncs", "SPOOL_FSYNC"),
    ],
)
def test_a_near_miss_names_what_is_meant(found: str, meant: str) -> None:
    [misspelling] = misspellings(given=[found], known=KNOWN)
    assert (misspelling.found, misspelling.meant) == (found.upper(), meant)


@pytest.mark.parametrize(
    "name",
    [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "HOME",
        "HOSTNAME",
        "LOGNAME",
        "PATH",
        "PGHOST",
        "PGPORT",
        "POSTGRES_SERVICE_PORT",
        "PYTHONPATH",
        "SSH_AUTH_SOCK",
        "XDG_DATA_HOME",
    ],
)
def test_foreign_variables_are_not_suspected(name: str) -> None:
    assert not misspellings(given=[name], known=KNOWN)


def test_what_is_set_properly_is_not_asked_for_again() -> None:
    assert not misspellings(given=["S3_BUCKET", "S3_BUCKET_NAME"], known=KNOWN)
