"""All that a service stands on: a database, a spool, a bucket, a main service; and its quiet state.

A service that ends leaves these behind for the next one, as a machine does.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import asyncpg
import httpx

from chunk_service.settings.model import Settings
from tests.service import tokens
from tests.service.bucket import Bucket
from tests.service.caller import Caller, client_of
from tests.service.main_service import SECRET, MainService
from tests.service.running import RunningService

MIB = 1024 * 1024
MAX_CHUNK_BYTES = 32 * MIB
MAX_FILE_BYTES = 64 * MIB

_OWED = """
    SELECT (SELECT count(*) FROM reservations) AS "reservations",
        (SELECT count(*) FROM chunks WHERE state = 'spooled') AS "chunks in the spool",
        (SELECT count(*) FROM uploads WHERE state IN ('open', 'completing')) AS "live uploads"
"""

# The last statement changes no row: it rings the bell of the queue's trigger.
_PASS_TIME = """
    CREATE OR REPLACE FUNCTION service_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE
    AS $$SELECT clock_timestamp() + interval '{seconds} seconds'$$;
    UPDATE pgqueuer SET execute_after = execute_after - interval '{seconds} seconds';
    DELETE FROM pgqueuer WHERE false;
"""


@dataclass(frozen=True, slots=True)
class Served:
    """`admin` is a client with the scope of operators."""

    service: RunningService
    caller: Caller
    admin: httpx.AsyncClient


@dataclass(frozen=True, slots=True)
class Deployment:
    database_url: str
    spool: Path
    bucket: Bucket
    main_service: MainService

    def settings(self, **changes: str | None) -> Settings:
        return Settings.model_validate(self.values(**changes))

    def values(self, **changes: str | None) -> dict[str, str]:
        """Settings as an operator would write them, in lower case; None takes one away."""
        values: dict[str, str | None] = {
            "database_url": self.database_url,
            "local_temp_chunk_path": str(self.spool),
            "main_service_jwt_public_key": tokens.public_key_pem(),
            "expected_jwt_issuer": tokens.ISSUER,
            "expected_jwt_audience": tokens.AUDIENCE,
            "s3_access_key": self.bucket.store.access_key,
            "s3_secret_key": self.bucket.store.secret_key,
            "s3_bucket_name": self.bucket.name,
            "s3_endpoint_url": self.bucket.store.endpoint_url,
            "s3_region_name": self.bucket.store.region,
            "main_service_callback_url": self.main_service.url,
            "webhook_secret": SECRET,
            "max_chunk_size": str(MAX_CHUNK_BYTES),
            "max_file_size": str(MAX_FILE_BYTES),
            **changes,
        }
        return {name: text for name, text in values.items() if text is not None}

    @asynccontextmanager
    async def served(self, **changes: str | None) -> AsyncIterator["Served"]:
        """A service on all this, and a client by it."""
        service = await asyncio.to_thread(RunningService.start, self.settings(**changes))
        try:
            async with (
                client_of(service.url, tokens.token("alice")) as client,
                client_of(service.url, tokens.token("root", scope="admin")) as admin,
            ):
                yield Served(service, Caller(client), admin)
        finally:
            await asyncio.to_thread(service.stop)

    async def pass_time(self, by: timedelta) -> None:
        """Move the clock that leases and deadlines are read from, and that of the queue."""
        connection = await asyncpg.connect(self.database_url)
        try:
            await connection.execute(_PASS_TIME.format(seconds=int(by.total_seconds())))
        finally:
            await connection.close()

    def spooled_files(self) -> list[str]:
        """Everything in the spool but its own mark and its spares."""
        if not self.spool.exists():
            return []
        return sorted(
            path.name
            for path in self.spool.iterdir()
            if not path.name.startswith(("spool-id", "."))
        )

    async def fetch(self, query: str, *values: object) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self.database_url)
        try:
            return list(await connection.fetch(query, *values))
        finally:
            await connection.close()

    async def leftovers(self) -> list[str]:
        """What is still owed or lies about; empty in the quiet state."""
        found = [f"spooled {name}" for name in self.spooled_files()]
        found += [f"multipart upload of {key}" for key in self.bucket.open_multiparts()]
        (owed,) = await self.fetch(_OWED)
        return found + [f"{count} {name}" for name, count in owed.items() if count]
