"""What can be known to be wrong before a process starts: one sentence instead of a traceback."""

import asyncio

from chunk_service.settings.model import Settings


def start_fault(settings: Settings) -> str | None:
    """Why the service could not start with these settings now; None where nothing is against it.

    An object store that is away does not: chunks are taken without it.
    """
    from chunk_service.cli.migrations import DatabaseUnreachableError, schema_version

    try:
        version = schema_version(settings.database_url.get_secret_value())
    except DatabaseUnreachableError as error:
        return str(error)
    if not version.is_newest:
        return "the database is not at the newest revision: chunk-service migrate up"
    return asyncio.run(_open_once(settings))


async def _open_once(settings: Settings) -> str | None:
    from chunk_service.adapters.spool.identity import SpoolIdentityError
    from chunk_service.wiring.opening import UnfitStoreError, open_parts

    try:
        async with open_parts(settings):
            return None
    except (SpoolIdentityError, UnfitStoreError) as fault:
        return str(fault)
    except OSError as fault:
        return f"the spool {settings.local_temp_chunk_path}: {fault.strerror or fault}"
