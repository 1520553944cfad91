"""One service a run on each of the two stores, for tests that only talk to it; or one's own.

After every test whatever it left open is aborted, and then nothing may be left: not in the spool,
not in the store, not in the database, not checked out of the pool.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from chunk_service.cli.stack.ports import LOOPBACK
from chunk_service.cli.stack.postgres import EmbeddedPostgres
from tests.fixtures.databases import clone_database
from tests.fixtures.stores import StoreServer
from tests.service.bucket import Bucket
from tests.service.caller import Caller, client_of
from tests.service.deployment import Deployment
from tests.service.main_service import MainService, playing_main_service
from tests.service.running import RunningService, running
from tests.service.tokens import token
from tests.service.waiting import until

OWNER = "alice"
_BUCKET = "service"


@pytest.fixture(scope="session")
def main_service() -> Iterator[MainService]:
    with playing_main_service() as main_service:
        yield main_service


@pytest.fixture(scope="session")
def bucket(store_server: StoreServer) -> Bucket:
    return Bucket.made(store_server, _BUCKET)


@pytest.fixture(scope="session")
def deployment(
    postgres_server: EmbeddedPostgres,
    migrated_template: str,
    bucket: Bucket,
    main_service: MainService,
    tmp_path_factory: pytest.TempPathFactory,
) -> Deployment:
    return Deployment(
        database_url=asyncio.run(clone_database(postgres_server, migrated_template)),
        spool=tmp_path_factory.mktemp("spool"),
        bucket=bucket,
        main_service=main_service,
    )


@pytest.fixture(scope="session")
def service(deployment: Deployment) -> Iterator[RunningService]:
    with running(deployment.settings()) as service:
        yield service


@pytest.fixture
async def caller(service: RunningService, deployment: Deployment) -> AsyncIterator[Caller]:
    """A client by the shared service, whose uploads all end with the test."""
    async with client_of(service.url, token(OWNER)) as client:
        caller = Caller(client)
        yield caller
        for upload_session_id in {session.id for session in caller.sessions}:
            await client.delete(f"/upload/{upload_session_id}")
    await until(deployment.leftovers, lambda left: not left)
    await until(lambda: _checked_out(service), lambda count: count == 0)


@pytest.fixture
async def stranger(service: RunningService) -> AsyncIterator[Caller]:
    """Another owner's client by the same service."""
    async with client_of(service.url, token("mallory")) as client:
        yield Caller(client)


@pytest.fixture
async def anyone(service: RunningService) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody without a token."""
    async with httpx.AsyncClient(
        base_url=service.url, trust_env=False, timeout=30, verify=False
    ) as client:
        yield client


@pytest.fixture
async def outside() -> AsyncIterator[httpx.AsyncClient]:
    """Somebody without a token, who was given a link to the store."""
    async with httpx.AsyncClient(trust_env=False, verify=False) as client:
        yield client


@pytest.fixture(scope="session")
def seaweedfs_bucket(seaweedfs: StoreServer) -> Bucket:
    return Bucket.made(seaweedfs, _BUCKET)


@pytest.fixture
def own(database_url: str, seaweedfs_bucket: Bucket, tmp_path: Path) -> Iterator[Deployment]:
    """A deployment of this test's own, for services that it starts, stops and disturbs."""
    with playing_main_service() as main_service:
        yield Deployment(database_url, tmp_path / "spool", seaweedfs_bucket, main_service)


async def _checked_out(service: RunningService) -> int:
    return service.checked_out_connections


@pytest.fixture
async def silent_store() -> AsyncIterator[str]:
    """The address of a store that is silent, but for the one question at a service's start."""
    opened: list[asyncio.StreamWriter] = []

    async def keep(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        opened.append(writer)
        if b"lifecycle" in await reader.readline():
            writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")

    server = await asyncio.start_server(keep, LOOPBACK, 0)
    yield "http://{}:{}".format(*server.sockets[0].getsockname())
    server.close()
    for writer in opened:
        writer.close()
