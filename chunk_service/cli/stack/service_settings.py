"""The settings of the service in the development stack, as environment variables."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from chunk_service.cli.stack.credentials import ALGORITHM, AUDIENCE, ISSUER
from chunk_service.cli.stack.errors import StackError
from chunk_service.cli.stack.facts import StackFacts

_PAGES_IN_DEVELOPMENT = "http://localhost:5173 http://127.0.0.1:5173"


def service_settings(
    facts: StackFacts,
    *,
    jwt_public_key: str,
    callback_url: str,
    spool: Path,
    more: Mapping[str, str],
) -> dict[str, str]:
    """What differs from the defaults, and what has none; `more` comes on top.

    Raises StackError where `more` changes what the stack tells of itself.
    """
    own = {
        **_reached(facts, spool),
        "MAIN_SERVICE_JWT_PUBLIC_KEY": jwt_public_key,
        "JWT_ALGORITHM": ALGORITHM,
        "EXPECTED_JWT_ISSUER": ISSUER,
        "EXPECTED_JWT_AUDIENCE": AUDIENCE,
        "MAIN_SERVICE_CALLBACK_URL": callback_url,
        "WEBHOOK_SECRET": facts.webhook_secret,
    }
    if changed := sorted(own.keys() & more.keys()):
        raise StackError(f"the stack sets these itself: {', '.join(changed)}")
    return {"CORS_ORIGINS": _PAGES_IN_DEVELOPMENT, **own, **more}


def _reached(facts: StackFacts, spool: Path) -> dict[str, str]:
    address = urlsplit(facts.base_url)
    return {
        "HOST": str(address.hostname),
        "PORT": str(address.port),
        "DATABASE_URL": facts.database_url,
        "LOCAL_TEMP_CHUNK_PATH": str(spool),
        "S3_ACCESS_KEY": facts.s3_access_key,
        "S3_SECRET_KEY": facts.s3_secret_key,
        "S3_BUCKET_NAME": facts.bucket,
        "S3_ENDPOINT_URL": facts.s3_endpoint_url,
        "S3_PUBLIC_ENDPOINT_URL": facts.s3_endpoint_url,
        "S3_REGION_NAME": facts.s3_region,
    }
