"""How this process knows that it is well."""

import asyncio
from functools import partial

from chunk_service.adapters.postgres.draining import DrainingRows
from chunk_service.adapters.postgres.statements import statement
from chunk_service.usecases.check_health import CheckHealth
from chunk_service.wiring.opening import Opened


def health_of(opened: Opened, stopping: asyncio.Event) -> CheckHealth:
    ping = statement("SELECT 1")

    async def ask_database() -> None:
        await opened.database.rows(ping)

    async def ask_store() -> None:
        await opened.store.ping(opened.settings.s3_bucket_name)

    return CheckHealth(
        database=ask_database,
        spool=opened.spool.probe,
        storage=ask_store,
        is_stopping=stopping.is_set,
        is_draining=partial(DrainingRows(opened.database).is_draining, opened.spool.id),
    )
