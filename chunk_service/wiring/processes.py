"""What runs in a process: the service with its relay, and the worker. Started and stopped here."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

import structlog

from chunk_service.adapters.metrics.registry import Metrics
from chunk_service.adapters.postgres.database import Database, open_database
from chunk_service.adapters.postgres.pools import job_pool
from chunk_service.adapters.postgres.signals import listen
from chunk_service.adapters.spool.mark import read_spool_id
from chunk_service.api.context import ApiContext, TokenReader
from chunk_service.api.owner_rates import OwnerRates
from chunk_service.api.scraping import Scraping
from chunk_service.domain.errors import ServiceError
from chunk_service.domain.receivers import MAIN
from chunk_service.settings.model import Settings
from chunk_service.wiring.health import health_of
from chunk_service.wiring.later import Deadlines, deadlines_over, later_rows, periodic
from chunk_service.wiring.opening import Opened, open_parts
from chunk_service.wiring.operators import operators_over
from chunk_service.wiring.options import api_limits, database_options, owner_rate
from chunk_service.wiring.receivers import open_lanes
from chunk_service.wiring.retention import retire_files
from chunk_service.wiring.rows import Rows, rows_over
from chunk_service.wiring.surrounding import Surround, as_it_is
from chunk_service.wiring.tokens import open_token_reader
from chunk_service.wiring.tracing import UNTRACED, Tracing, tracing_for
from chunk_service.wiring.use_cases import UseCases, use_cases_over
from chunk_service.wiring.watching import open_scraping
from chunk_service.worker.jobs import JobParts, run_jobs

log = structlog.get_logger(__name__)

MOST_GRACE_SECONDS = 20.0
SPOOL_BEAT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Service:
    context: ApiContext
    use_cases: UseCases


@asynccontextmanager
async def open_service(
    settings: Settings,
    stopping: asyncio.Event,
    *,
    surround: Surround = as_it_is,
    metrics: Metrics | None = None,
    tracing: Tracing = UNTRACED,
) -> AsyncIterator[Service]:
    """Everything of a process that has a spool, with its relay running."""
    async with (
        open_parts(settings, surround, metrics, tracing) as opened,
        AsyncExitStack() as stack,
    ):
        rows = rows_over(opened)
        use_cases = use_cases_over(opened, rows)
        tokens = await stack.enter_async_context(open_token_reader(settings))
        scraping = await stack.enter_async_context(
            open_scraping(settings, opened.metrics, opened.database, opened.spool.id)
        )
        context = _api_context(opened, use_cases, tokens, scraping, stopping)
        service = Service(context, use_cases)
        use_cases.engine.start()
        stack.push_async_callback(use_cases.engine.stop, _grace_seconds(settings))
        await _beside(stack, _beat(rows, opened))
        await _beside(stack, _listen(opened))
        if settings.serve_with_worker is not False:
            retire = retire_files(settings, opened.database)
            deadlines = Deadlines(use_cases.expire, use_cases.forget_spools, retire)
            await _jobs_beside(stack, settings, opened.database, deadlines, tracing)
        yield service


async def run_worker(settings: Settings) -> None:
    """`chunk-service worker`: jobs, and the relay of the spool it has, until SIGTERM."""
    stopping = asyncio.Event()
    _stop_by_signals(stopping)
    has_spool = read_spool_id(settings.local_temp_chunk_path) is not None
    tracing = tracing_for(settings)
    log.info("worker ready", spool=has_spool)
    async with AsyncExitStack() as stack:
        if has_spool:
            with_worker = settings.model_copy(update={"serve_with_worker": True})
            await stack.enter_async_context(open_service(with_worker, stopping, tracing=tracing))
        else:
            await _work_without_spool(stack, settings, tracing)
        await stopping.wait()
        log.info("worker stopping")


async def _work_without_spool(stack: AsyncExitStack, settings: Settings, tracing: Tracing) -> None:
    metrics = Metrics()
    await stack.enter_async_context(tracing.opened())
    database = await stack.enter_async_context(
        open_database(database_options(settings), metrics.database)
    )
    await stack.enter_async_context(open_scraping(settings, metrics, database, None))
    deadlines = deadlines_over(settings, database, metrics.uploads)
    await _jobs_beside(stack, settings, database, deadlines, tracing)


def _stop_by_signals(stopping: asyncio.Event) -> None:
    """The second one of its kind ends the process at once, which is as safe as any crash."""

    def hear(number: int) -> None:
        if number in heard:
            os._exit(128 + number)
        heard.add(number)
        stopping.set()

    heard: set[int] = set()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, hear, number)


def _grace_seconds(settings: Settings) -> float:
    """For what is being relayed or delivered, once the requests have had theirs."""
    return min(settings.shutdown_grace.total_seconds(), MOST_GRACE_SECONDS)


def _api_context(
    opened: Opened,
    use_cases: UseCases,
    tokens: TokenReader,
    scraping: Scraping,
    stopping: asyncio.Event,
) -> ApiContext:
    settings = opened.settings
    return ApiContext(
        begin=use_cases.begin,
        receive=use_cases.receive,
        complete=use_cases.complete,
        abort=use_cases.abort,
        read=use_cases.read,
        upload_whole=use_cases.upload_whole,
        presigned=use_cases.presigned,
        health=health_of(opened, stopping),
        scraping=scraping,
        library=use_cases.library,
        sharing=use_cases.sharing,
        operators=operators_over(
            settings,
            opened.database,
            ask_store=partial(opened.store.ping, settings.s3_bucket_name),
            bell=opened.bells,
            tally=opened.metrics.uploads,
        ),
        tokens=tokens,
        limits=api_limits(settings),
        rates=OwnerRates(owner_rate(settings)),
        public_endpoint_url=settings.s3_public_endpoint_url,
        is_stopping=stopping.is_set,
    )


async def _jobs_beside(
    stack: AsyncExitStack,
    settings: Settings,
    database: Database,
    deadlines: Deadlines,
    tracing: Tracing,
) -> None:
    rows = later_rows(settings, database)
    lanes = await stack.enter_async_context(open_lanes(settings, rows.delivering, tracing))
    if not any(each.endpoint == MAIN for each in lanes):
        log.warning("no MAIN_SERVICE_CALLBACK_URL: events are stored and it is not told")
    jobs = JobParts(
        open_pool=partial(job_pool, settings.database_dsn.get_secret_value()),
        lanes=lanes,
        periodic=periodic(settings, rows, deadlines),
    )
    stopping = asyncio.Event()
    task = asyncio.create_task(run_jobs(jobs, stopping))

    async def stop() -> None:
        stopping.set()
        await asyncio.wait([task], timeout=_grace_seconds(settings))
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    stack.push_async_callback(stop)


async def _beside(stack: AsyncExitStack, work: Coroutine[None, None, None]) -> None:
    """Run until the stack closes."""
    task = asyncio.create_task(work)

    async def stop() -> None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    stack.push_async_callback(stop)


async def _listen(opened: Opened) -> None:
    bells = opened.bells
    dsn = opened.settings.database_dsn.get_secret_value()
    await listen(dsn, completing=bells.hear_completing, ended=bells.hear_ended)


async def _beat(rows: Rows, opened: Opened) -> None:
    """Say from time to time that this spool is here."""
    while True:
        try:
            await rows.spools.beat(opened.spool.id)
        except ServiceError as error:
            log.warning("spool beat failed", error=type(error).__name__)
        await asyncio.sleep(SPOOL_BEAT_SECONDS)
