"""Watches what may be asked of the store: no abort of what an upload still stands on."""

from typing import Any

import asyncpg

from chunk_service.adapters.s3.store import S3Store
from chunk_service.domain.objects import MultipartId, ObjectTarget

_CURRENT = """
    SELECT state FROM uploads
    WHERE key = $1 AND mpu_id = $2 AND state IN ('open', 'completing')
"""


class WatchedStore:
    def __init__(self, store: S3Store, database: asyncpg.Pool, found: list[str]) -> None:
        self._store = store
        self._database = database
        self._found = found

    async def abort_multipart(self, target: ObjectTarget, multipart: MultipartId) -> None:
        if await self._database.fetchrow(_CURRENT, target.key, multipart) is not None:
            self._found.append(f"the current multipart upload of {target.key} was aborted")
        await self._store.abort_multipart(target, multipart)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)
