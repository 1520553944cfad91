"""The outside parts of one process, opened in order and closed in reverse."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from uuid import UUID, uuid4

import structlog

from chunk_service.adapters.metrics.registry import Metrics
from chunk_service.adapters.passwords import Passwords, open_passwords
from chunk_service.adapters.postgres.database import Database, open_database
from chunk_service.adapters.postgres.identity import DatabaseIdentity
from chunk_service.adapters.postgres.spools import SpoolRows
from chunk_service.adapters.s3.client import open_store
from chunk_service.adapters.s3.presigning import Presigner, open_presigner
from chunk_service.adapters.s3.reading import S3Reader, open_reader
from chunk_service.adapters.s3.store import S3Store
from chunk_service.adapters.spool.disk import Disk, UnsyncedDisk
from chunk_service.adapters.spool.identity import identify_spool
from chunk_service.adapters.spool.volume import Spool, open_spool
from chunk_service.domain.objects import StoreError
from chunk_service.settings.model import Settings
from chunk_service.wiring.options import database_options, host_name, s3_options
from chunk_service.wiring.surrounding import Surround, as_it_is, both
from chunk_service.wiring.tracing import UNTRACED, StoreWatch, Tracing
from chunk_service.worker.bells import Bells

log = structlog.get_logger(__name__)

SPOOL_THREADS = 8
STORE_ANSWER_SECONDS = 3.0  # a silent store must not keep us from taking chunks


class UnfitStoreError(Exception):
    """The bucket would lose uploads that are still open; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Opened:
    settings: Settings
    database: Database
    store: S3Store
    presigner: Presigner
    passwords: Passwords
    reader: S3Reader | None
    spool: Spool
    bells: Bells
    holder: UUID
    surround: Surround
    metrics: Metrics
    tracing: Tracing


@asynccontextmanager
async def open_parts(
    settings: Settings,
    surround: Surround = as_it_is,
    metrics: Metrics | None = None,
    tracing: Tracing = UNTRACED,
) -> AsyncIterator[Opened]:
    """`metrics`: what they are counted in; without it in figures that nobody looks at."""
    metrics = metrics or Metrics()
    store_watch = tracing.store_watches(metrics.store)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(tracing.opened())
        database = await stack.enter_async_context(
            open_database(database_options(settings), metrics.database)
        )
        await DatabaseIdentity(database).warn_of_loss()
        store = await _open_store(settings, stack, store_watch)
        folder = settings.local_temp_chunk_path
        spool_id = await identify_spool(folder, SpoolRows(database, host_name()))
        disk = Disk() if settings.spool_fsync else UnsyncedDisk()
        spool = await stack.enter_async_context(
            open_spool(folder, spool_id, threads=SPOOL_THREADS, disk=disk)
        )
        presigner = await stack.enter_async_context(
            open_presigner(
                s3_options(settings), public_endpoint_url=settings.s3_public_endpoint_url
            )
        )
        yield Opened(
            settings=settings,
            database=database,
            store=store,
            presigner=presigner,
            reader=await _open_reader(settings, stack, store_watch),
            passwords=await stack.enter_async_context(open_passwords()),
            spool=spool,
            bells=Bells(),
            holder=uuid4(),
            surround=both(surround, tracing.around),
            metrics=metrics,
            tracing=tracing,
        )


async def _open_store(settings: Settings, stack: AsyncExitStack, watch: StoreWatch) -> S3Store:
    executor = stack.enter_context(
        ThreadPoolExecutor(settings.relay_concurrency, thread_name_prefix="relay")
    )
    store = await stack.enter_async_context(
        open_store(s3_options(settings), executor=executor, watch=watch)
    )
    await _check_lifecycle(settings, store)
    return store


async def ping_store(settings: Settings) -> None:
    """One question to the bucket, for who has no store open; raises StoreError."""
    with ThreadPoolExecutor(1) as executor:
        async with open_store(s3_options(settings), executor=executor) as store:
            await store.ping(settings.s3_bucket_name)


async def _open_reader(
    settings: Settings, stack: AsyncExitStack, watch: StoreWatch
) -> S3Reader | None:
    """None where clients fetch from the store themselves."""
    if settings.download_mode != "proxy":
        return None
    most = settings.max_concurrent_downloads
    reader = open_reader(s3_options(settings), connections=most, watch=watch)
    return await stack.enter_async_context(reader)


async def _check_lifecycle(settings: Settings, store: S3Store) -> None:
    """A bucket may abort multipart uploads on its own: not sooner than we give them up."""
    try:
        async with asyncio.timeout(STORE_ANSWER_SECONDS):
            aborts_after = await store.aborts_after(settings.s3_bucket_name)
    except (StoreError, TimeoutError) as error:
        log.warning("the bucket's rule for old multipart uploads is not known", reason=str(error))
        return
    if aborts_after is not None and aborts_after <= settings.upload_max_age:
        raise UnfitStoreError(
            f"The bucket aborts multipart uploads after {aborts_after}, but UPLOAD_MAX_AGE is "
            f"{settings.upload_max_age}. Make UPLOAD_MAX_AGE shorter, or the rule longer."
        )
