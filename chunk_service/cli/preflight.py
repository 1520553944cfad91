"""What can be known to be wrong before a process starts: one sentence instead of a traceback."""

import asyncio

from chunk_service.settings.model import Settings


def start_fault(settings: Settings) -> str | None:
    """Why the service could not start with these settings now; None where nothing is against it.

    An object store that is away does not: chunks are taken without it.
    """
    return _needs_fault(settings) or asyncio.run(_open_once(settings))


def worker_fault(settings: Settings) -> str | None:
    """The same for a worker, which makes no spool where there is none."""
    from chunk_service.adapters.spool.mark import SpoolIdentityError, read_spool_id

    try:
        has_spool = read_spool_id(settings.local_temp_chunk_path) is not None
    except SpoolIdentityError as fault:
        return str(fault)
    except OSError as fault:
        return _spool_fault(settings, fault)
    return start_fault(settings) if has_spool else _needs_fault(settings)


def _needs_fault(settings: Settings) -> str | None:
    from chunk_service.wiring.tracing import tracing_fault

    return tracing_fault(settings) or _schema_fault(settings)


def _schema_fault(settings: Settings) -> str | None:
    from chunk_service.cli.migrations import DatabaseUnreachableError, schema_version

    try:
        version = schema_version(settings.database_url.get_secret_value())
    except DatabaseUnreachableError as error:
        return str(error)
    if version.is_behind:
        return "the database is not at the newest revision: chunk-service migrate up"
    return None


async def _open_once(settings: Settings) -> str | None:
    from chunk_service.adapters.spool.mark import SpoolIdentityError
    from chunk_service.wiring.opening import UnfitStoreError, open_parts

    try:
        async with open_parts(settings):
            return None
    except (SpoolIdentityError, UnfitStoreError) as fault:
        return str(fault)
    except OSError as fault:
        return _spool_fault(settings, fault)


def _spool_fault(settings: Settings, fault: OSError) -> str:
    return f"the spool {settings.local_temp_chunk_path}: {fault.strerror or fault}"
