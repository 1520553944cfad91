"""The only place that knows everything: settings become opened parts, closed in reverse.

Nothing is decided here. `open_service` is what a process with a spool has; `run_worker` is one
without an API.
"""

import asyncio
import random
import signal
import socket
from collections.abc import AsyncIterator, Awaitable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import structlog
from sqlalchemy import text
from uuid_utils.compat import uuid7

from chunk_service.adapters.digests import combine
from chunk_service.adapters.postgres.beginning import BeginningRows
from chunk_service.adapters.postgres.cleaning import CleaningRows
from chunk_service.adapters.postgres.closing import ClosingRows
from chunk_service.adapters.postgres.database import Database, DatabaseOptions, open_database
from chunk_service.adapters.postgres.delivering import DeliveringRows
from chunk_service.adapters.postgres.ending import EndingRows
from chunk_service.adapters.postgres.placing import PlacingRows
from chunk_service.adapters.postgres.reading import ReadingRows
from chunk_service.adapters.postgres.receiving import ReceivingRows
from chunk_service.adapters.postgres.relaying import RelayingRows
from chunk_service.adapters.postgres.repairing import RepairingRows
from chunk_service.adapters.postgres.spools import SpoolRows
from chunk_service.adapters.s3.client import open_store
from chunk_service.adapters.s3.options import S3Options
from chunk_service.adapters.s3.store import S3Store
from chunk_service.adapters.spool.identity import identify_spool
from chunk_service.adapters.spool.volume import Spool, open_spool
from chunk_service.adapters.tokens.jwt import JwtReader
from chunk_service.adapters.webhook import Endpoint, open_webhooks
from chunk_service.api.context import ApiContext, ApiLimits
from chunk_service.domain.checksums import Algorithm
from chunk_service.domain.chunking import ChunkLimits
from chunk_service.domain.uploads import RelayMode
from chunk_service.settings.model import Settings
from chunk_service.usecases.abort_upload import AbortUpload
from chunk_service.usecases.begin_multipart import BeginMultipart
from chunk_service.usecases.begin_upload import BeginUpload, UploadDefaults
from chunk_service.usecases.check_health import CheckHealth
from chunk_service.usecases.clean_up import CleanUp
from chunk_service.usecases.close_upload import CloseUpload
from chunk_service.usecases.complete_upload import CompleteUpload
from chunk_service.usecases.deliver_event import DeliverEvent
from chunk_service.usecases.end_upload import EndUpload
from chunk_service.usecases.lose_chunks import LoseChunks
from chunk_service.usecases.mend_parts import MendParts
from chunk_service.usecases.place_chunks import PlaceChunks
from chunk_service.usecases.read_upload import ReadUpload
from chunk_service.usecases.receive_bytes import ReceiveBytes
from chunk_service.usecases.record_chunk import RecordChunk
from chunk_service.usecases.relay_parts import RelayParts
from chunk_service.usecases.verify_hash import VerifyHash
from chunk_service.worker.bells import Bells
from chunk_service.worker.engine import Engine, EngineParts
from chunk_service.worker.jobs import JobParts, run_jobs

log = structlog.get_logger(__name__)

MAIN_ENDPOINT = "main"
SPOOL_THREADS = 8
ATTEMPT_TTL = timedelta(hours=1)
ENGINE_GRACE_SECONDS = 20
MAX_JSON_BYTES = 256 * 1024
BODY_IDLE_SECONDS = 30
BODY_GRACE_SECONDS = 60
BODY_MIN_BYTES_PER_SECOND = 1024
SPOOL_BEAT_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Opened:
    """The outside parts of one process, open."""

    settings: Settings
    database: Database
    store: S3Store
    spool: Spool
    bells: Bells
    holder: UUID


@dataclass(frozen=True, slots=True)
class Service:
    context: ApiContext
    engine: Engine


@asynccontextmanager
async def open_service(settings: Settings, stopping: asyncio.Event) -> AsyncIterator[Service]:
    """Everything of a process that serves the API, with its relay running."""
    async with AsyncExitStack() as stack:
        opened = await _open(settings, stack)
        service = _assemble(opened, stopping)
        service.engine.start()
        stack.push_async_callback(service.engine.stop, ENGINE_GRACE_SECONDS)
        await _run_beside(stack, _beat(SpoolRows(opened.database, _host()), opened.spool))
        if settings.serve_with_worker is not False:
            await _run_jobs_beside(stack, opened, stopping)
        yield service


async def run_worker(settings: Settings) -> None:
    """`chunk-service worker`: jobs, and the relay of the spool it has, until SIGTERM."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopping.set)
    async with open_service(_as_worker(settings), stopping):
        log.info("worker ready")
        await stopping.wait()
        log.info("worker stopping")


def _as_worker(settings: Settings) -> Settings:
    return settings.model_copy(update={"serve_with_worker": True})


async def _open(settings: Settings, stack: AsyncExitStack) -> Opened:
    database = await stack.enter_async_context(
        open_database(
            DatabaseOptions(
                url=settings.database_url.get_secret_value(),
                pool_size=settings.database_pool_size,
            )
        )
    )
    executor = stack.enter_context(
        ThreadPoolExecutor(settings.relay_concurrency, thread_name_prefix="relay")
    )
    store = await stack.enter_async_context(open_store(_s3_options(settings), executor=executor))
    folder = settings.local_temp_chunk_path
    spool_id = await identify_spool(folder, SpoolRows(database, _host()))
    spool = await stack.enter_async_context(
        open_spool(folder, spool_id, threads=SPOOL_THREADS, syncs=settings.spool_fsync)
    )
    return Opened(
        settings=settings,
        database=database,
        store=store,
        spool=spool,
        bells=Bells(),
        holder=uuid4(),
    )


def _s3_options(settings: Settings) -> S3Options:
    return S3Options(
        region=settings.s3_region_name,
        endpoint_url=settings.s3_endpoint_url,
        access_key=settings.s3_access_key,
        secret_key=settings.s3_secret_key.get_secret_value(),
        addressing_style=settings.s3_addressing_style,
        conditional_writes=settings.s3_conditional_writes,
        send_object_size=settings.s3_send_object_size,
        connect_timeout_seconds=settings.s3_connect_timeout.total_seconds(),
        read_timeout_seconds=settings.s3_read_timeout.total_seconds(),
        relay_connections=settings.relay_concurrency,
    )


def _assemble(opened: Opened, stopping: asyncio.Event) -> Service:
    settings, database, store, spool = (
        opened.settings,
        opened.database,
        opened.store,
        opened.spool,
    )
    reading, closing = ReadingRows(database), ClosingRows(database)
    relaying, repairing = RelayingRows(database), RepairingRows(database)
    lose_chunks = LoseChunks(repairing, spool)
    place_chunks = PlaceChunks(PlacingRows(database), spool, lose_chunks)
    end = EndUpload(
        rows=EndingRows(database, endpoints=_endpoints(settings)),
        bell=opened.bells,
        public_endpoint_url=settings.s3_public_endpoint_url,
        now=lambda: datetime.now(UTC),
        new_id=uuid7,
    )
    engine = Engine(
        EngineParts(
            relay=RelayParts(
                rows=relaying,
                repairing=repairing,
                store=store,
                spool=spool,
                begin_multipart=BeginMultipart(relaying, store),
                lose_chunks=lose_chunks,
                combine=combine,
                holder=opened.holder,
            ),
            place=place_chunks,
            close=CloseUpload(
                rows=closing,
                reading=reading,
                store=store,
                spool=spool,
                end=end,
                mend_parts=MendParts(closing, repairing, store),
                lose_chunks=lose_chunks,
                combine=combine,
                holder=opened.holder,
            ),
            clean_up=CleanUp(
                rows=CleaningRows(database),
                store=store,
                spool=spool,
                second_pass_after=settings.cleanup_grace,
            ),
            relaying=relaying,
            closing=closing,
            cleaning=CleaningRows(database),
            spool_id=spool.id,
        ),
        opened.bells,
        slots=settings.relay_concurrency,
    )
    complete = CompleteUpload(
        rows=closing,
        reading=reading,
        pursuit=opened.bells,
        place_chunks=place_chunks,
        verify_hash=VerifyHash(closing, spool, lose_chunks),
        combine=combine,
        wait_seconds=settings.complete_wait.total_seconds(),
    )
    context = ApiContext(
        begin=_begin(settings, database),
        receive=_receive(opened, lose_chunks),
        complete=complete,
        abort=AbortUpload(reading, end),
        read=ReadUpload(reading),
        health=_health(opened, stopping),
        tokens=_tokens(settings),
        limits=_api_limits(settings),
        public_endpoint_url=settings.s3_public_endpoint_url,
        is_stopping=stopping.is_set,
    )
    return Service(context=context, engine=engine)


def _begin(settings: Settings, database: Database) -> BeginUpload:
    defaults = UploadDefaults(
        bucket=settings.s3_bucket_name,
        max_file_size=settings.max_file_size,
        relay_mode=RelayMode(settings.relay_mode),
        part_checksum=None if settings.s3_checksum == "none" else Algorithm(settings.s3_checksum),
        ttl=settings.upload_ttl,
        max_age=settings.upload_max_age,
    )
    rows = BeginningRows(database, open_limit=settings.max_open_uploads_per_owner)
    return BeginUpload(rows, defaults, _chunk_limits(settings), uuid7)


def _receive(opened: Opened, lose_chunks: LoseChunks) -> ReceiveBytes:
    rows = ReceivingRows(opened.database, spool_limit_bytes=opened.settings.spool_max_bytes)
    limits = _chunk_limits(opened.settings)
    return ReceiveBytes(
        rows=rows,
        spool=opened.spool,
        record=RecordChunk(rows, opened.spool, opened.bells, limits),
        lose_chunks=lose_chunks,
        limits=limits,
        attempt_ttl=ATTEMPT_TTL,
        new_id=uuid4,
    )


def _chunk_limits(settings: Settings) -> ChunkLimits:
    return ChunkLimits(max_chunk_size=settings.max_chunk_size, max_chunks=settings.max_chunks)


def _api_limits(settings: Settings) -> ApiLimits:
    return ApiLimits(
        max_chunk_size=settings.max_chunk_size,
        max_json_bytes=MAX_JSON_BYTES,
        max_concurrent_requests=settings.max_concurrent_requests,
        body_idle_seconds=BODY_IDLE_SECONDS,
        body_grace_seconds=BODY_GRACE_SECONDS,
        body_min_bytes_per_second=BODY_MIN_BYTES_PER_SECOND,
    )


def _tokens(settings: Settings) -> JwtReader:
    return JwtReader(
        public_key_pem=settings.main_service_jwt_public_key,
        algorithm=settings.jwt_algorithm,
        issuer=settings.expected_jwt_issuer,
        audience=settings.expected_jwt_audience,
        leeway_seconds=settings.jwt_leeway_seconds,
    )


def _health(opened: Opened, stopping: asyncio.Event) -> CheckHealth:
    ping = text("SELECT 1")

    async def ask_database() -> None:
        await opened.database.rows(ping)

    async def ask_store() -> None:
        await opened.store.ping(opened.settings.s3_bucket_name)

    return CheckHealth(
        database=ask_database,
        spool=opened.spool.probe,
        storage=ask_store,
        is_stopping=stopping.is_set,
    )


def _endpoints(settings: Settings) -> list[str]:
    return [] if settings.main_service_callback_url is None else [MAIN_ENDPOINT]


async def _run_jobs_beside(stack: AsyncExitStack, opened: Opened, stopping: asyncio.Event) -> None:
    settings = opened.settings
    endpoints = {}
    if settings.main_service_callback_url is None:
        log.warning("no MAIN_SERVICE_CALLBACK_URL: events are stored and nobody is told")
    elif settings.webhook_secret is not None:
        endpoints[MAIN_ENDPOINT] = Endpoint(
            url=settings.main_service_callback_url,
            secret=settings.webhook_secret.get_secret_value(),
        )
    sender = await stack.enter_async_context(
        open_webhooks(endpoints, timeout_seconds=settings.webhook_timeout.total_seconds())
    )
    rows = DeliveringRows(opened.database)
    jobs = JobParts(
        dsn=settings.database_dsn.get_secret_value(),
        deliver=DeliverEvent(rows, sender, random.random),
        wake_due_deliveries=rows.wake_due,
    )
    ended = asyncio.Event()
    task = asyncio.create_task(run_jobs(jobs, ended))

    async def stop() -> None:
        ended.set()
        await asyncio.wait([task], timeout=ENGINE_GRACE_SECONDS)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    stack.push_async_callback(stop)


async def _run_beside(stack: AsyncExitStack, work: Awaitable[None]) -> None:
    task = asyncio.ensure_future(work)

    async def stop() -> None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    stack.push_async_callback(stop)


async def _beat(rows: SpoolRows, spool: Spool) -> None:
    """Say from time to time that this spool is here."""
    while True:
        try:
            await rows.beat(spool.id)
        except Exception as error:  # noqa: BLE001 - the next beat tries again
            log.warning("spool beat failed", error=type(error).__name__)
        await asyncio.sleep(SPOOL_BEAT_SECONDS)


def _host() -> str:
    return socket.gethostname()
