"""Uploads in miniature: parts of a few bytes, a spool of a few chunks: all borders are near.

What fixes these sizes in the product (the plan at init, the least values of settings) is passed by,
nothing else is.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

from chunk_service.adapters.postgres.beginning import BeginningRows
from chunk_service.domain.uploads import Upload
from chunk_service.settings.model import Settings
from chunk_service.usecases.beginning import Draft, IdempotencyKey, NoRoom
from tests.fixtures.stores import StoreServer
from tests.service import tokens
from tests.service.main_service import SECRET

PART_BYTES = 16
SPOOL_BYTES = 400
MAX_CHUNK_BYTES = 48
MAX_FILE_BYTES = 160
OPEN_UPLOADS = 4
QUOTA_BYTES = 600


class BeginningInMiniature:
    """Stands before the statements that begin an upload and gives it small parts."""

    def __init__(self, rows: BeginningRows) -> None:
        self._rows = rows

    async def begin(self, draft: Draft, key: IdempotencyKey | None) -> Upload | NoRoom | None:
        plan = replace(draft.plan, part_size=PART_BYTES)
        return await self._rows.begin(replace(draft, plan=plan), key)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._rows, name)


def settings_in_miniature(
    database_url: str, spool: Path, store: StoreServer, bucket: str
) -> Settings:
    given: dict[str, object] = {
        "database_url": database_url,
        "local_temp_chunk_path": str(spool),
        "main_service_jwt_public_key": tokens.public_key_pem(),
        "expected_jwt_issuer": tokens.ISSUER,
        "expected_jwt_audience": tokens.AUDIENCE,
        "s3_access_key": store.access_key,
        "s3_secret_key": store.secret_key,
        "s3_bucket_name": bucket,
        "s3_endpoint_url": store.endpoint_url,
        "s3_read_timeout": "2s",
        "serve_with_worker": "false",
        "main_service_callback_url": "http://main.test/never-called",
        "webhook_secret": SECRET,
        "complete_wait": "0.3s",
        "upload_ttl": "3h",
        "upload_max_age": "30h",
    }
    sizes = {
        "spool_max_bytes": SPOOL_BYTES,
        "max_chunk_size": MAX_CHUNK_BYTES,
        "max_file_size": MAX_FILE_BYTES,
        "max_open_uploads_per_owner": OPEN_UPLOADS,
        "quota_bytes_per_owner": QUOTA_BYTES,
    }
    return Settings.model_validate(given).model_copy(update=sizes)
