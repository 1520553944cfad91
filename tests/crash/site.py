"""All that a crash loop runs on: real processes on this machine, each of which may fail."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from chunk_service.cli import migrations
from chunk_service.cli.stack.ports import LOOPBACK, free_ports
from chunk_service.cli.stack.postgres import EmbeddedPostgres
from tests.crash.clock import Clock
from tests.crash.processes import SERVE, WORK, Foreman, Process
from tests.crash.recovery import ANYTHING, Recovery
from tests.crash.store import BUCKET, Store
from tests.service import tokens
from tests.service.main_service import SECRET, MainService, playing_main_service

SERVERS = 3
SPOOL_BYTES = 256 * 2**20


@dataclass
class Site:
    """Made by `open_site`."""

    folder: Path
    foreman: Foreman
    postgres: EmbeddedPostgres
    store: Store
    main_service: MainService
    servers: list[Process]
    worker: Process
    clock: Clock
    recovery: Recovery

    @property
    def urls(self) -> Mapping[str, str]:
        return {each.name: f"http://{LOOPBACK}:{each.env['PORT']}" for each in self.servers}

    @property
    def processes(self) -> list[Process]:
        return [*self.servers, self.worker]

    @property
    def spool(self) -> Path:
        return self.folder / "spool"

    async def stop_postgres(self) -> None:
        """By an immediate shutdown: what follows is the recovery from a crash."""
        self.recovery.disturbed(ANYTHING)
        os.kill(self.postgres.child.pid, signal.SIGQUIT)
        await self.foreman.run(self.postgres.stop)

    async def start_postgres(self) -> None:
        port, folder = self.postgres.port, self.folder / "postgres"
        self.postgres = await self.foreman.run(lambda: EmbeddedPostgres.start(folder, port=port))
        self.recovery.healed(ANYTHING)


@asynccontextmanager
async def open_site(folder: Path) -> AsyncIterator[Site]:
    async with AsyncExitStack() as stack:
        foreman = Foreman()
        stack.callback(foreman.close)
        postgres = await foreman.run(lambda: EmbeddedPostgres.start(folder / "postgres"))
        store = await foreman.run(lambda: Store.start(folder))
        stack.push_async_callback(store.close)
        await asyncio.to_thread(migrations.upgrade, postgres.url())
        main_service = stack.enter_context(playing_main_service())
        recovery = Recovery()
        settings = _settings(folder, postgres.url(), store.endpoint_url, main_service.url)

        def process(name: str, command: str, port: int) -> Process:
            env = {**settings, "PORT": str(port)}
            return Process(name, command, folder, env, foreman, recovery)

        site = Site(
            folder=folder,
            foreman=foreman,
            postgres=postgres,
            store=store,
            main_service=main_service,
            servers=[
                process(f"server-{number}", SERVE, port)
                for number, port in enumerate(free_ports(SERVERS), 1)
            ],
            worker=process("worker", WORK, 0),
            clock=Clock(postgres.url()),
            recovery=recovery,
        )
        stack.push_async_callback(_stop, site)
        yield site


def _settings(folder: Path, database_url: str, s3_url: str, callback_url: str) -> dict[str, str]:
    """Time-outs that fit a run of a minute; room for all that all clients may have under way."""
    return {
        "DATABASE_URL": database_url,
        "DATABASE_POOL_SIZE": "6",
        "LOCAL_TEMP_CHUNK_PATH": str(folder / "spool"),
        "SPOOL_MAX_BYTES": str(SPOOL_BYTES),
        "SPOOL_LOST_AFTER": "60d",
        "MAX_CHUNK_SIZE": "8MiB",
        "MAIN_SERVICE_JWT_PUBLIC_KEY": tokens.public_key_pem(),
        "EXPECTED_JWT_ISSUER": tokens.ISSUER,
        "EXPECTED_JWT_AUDIENCE": tokens.AUDIENCE,
        "S3_ACCESS_KEY": "crash",
        "S3_SECRET_KEY": "crash-secret",
        "S3_BUCKET_NAME": BUCKET,
        "S3_ENDPOINT_URL": s3_url,
        "S3_READ_TIMEOUT": "3s",
        "S3_CONNECT_TIMEOUT": "1s",
        "RELAY_CONCURRENCY": "2",
        "COMPLETE_WAIT": "5s",
        "MAIN_SERVICE_CALLBACK_URL": callback_url,
        "WEBHOOK_SECRET": SECRET,
        "SERVE_WITH_WORKER": "false",
    }


async def _stop(site: Site) -> None:
    for process in site.processes:
        await process.stop()
    await site.foreman.run(site.store.child.kill)
    await site.foreman.run(site.postgres.stop)
