"""Opens and closes all that an `S3Store` needs: two clients and the wire.

Two, because botocore decides on retries by client: a repeated UploadPart or HEAD is harmless, but
Create, Complete and PutObject must be repeated only by who has read the state again in between.
"""

from collections.abc import AsyncIterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession
from botocore.httpsession import get_cert_path

from chunk_service.adapters.s3 import part_list
from chunk_service.adapters.s3.asking import Asking
from chunk_service.adapters.s3.calls import open_calls
from chunk_service.adapters.s3.composing import Composer
from chunk_service.adapters.s3.connections import MOST_CALLS, open_connections
from chunk_service.adapters.s3.looking import Looking
from chunk_service.adapters.s3.options import S3Options
from chunk_service.adapters.s3.putting import Putting
from chunk_service.adapters.s3.sending import Sending
from chunk_service.adapters.s3.session import new_session
from chunk_service.adapters.s3.store import S3Store
from chunk_service.adapters.s3.timing import Timing, Watch
from chunk_service.adapters.s3.wire import Wire

if TYPE_CHECKING:
    from types_aiobotocore_s3 import S3Client

ATTEMPTS = 3
USER_AGENT = "chunk-service"


@asynccontextmanager
async def open_store(
    options: S3Options, *, executor: Executor, watch: Watch | None = None
) -> AsyncIterator[S3Store]:
    """The executor is the relay's own, with as many threads as parts may be under way at once."""
    session = new_session()
    ca_certs = get_cert_path(session.get_config_variable("ca_bundle") or True)
    wire = Wire(executor=executor, connections=open_connections(options, ca_certs=ca_certs))
    async with AsyncExitStack() as stack:
        stack.callback(wire.close)
        clients = [
            await stack.enter_async_context(
                client_of(
                    session,
                    options,
                    attempts=attempts,
                    connections=options.relay_connections,
                    ca_certs=ca_certs,
                    watch=watch,
                )
            )
            for attempts in (ATTEMPTS, 1)
        ]
        for client in clients:
            wire.attach_to(client)
            part_list.attach_to(client)
        composer = Composer(session, clients[1], options, user_agent=USER_AGENT)
        threads = stack.enter_context(ThreadPoolExecutor(MOST_CALLS, thread_name_prefix="store"))
        looking = Looking(composer, threads, wire.connections, watch)
        calls = await stack.enter_async_context(open_calls(options, ca_certs=ca_certs))
        yield S3Store(
            options,
            repeating=clients[0],
            once=clients[1],
            sending=Sending(composer, wire, watch),
            putting=Putting(composer, wire, calls, looking, watch),
            asking=Asking(composer, Wire(executor=threads, connections=wire.connections), watch),
            looking=looking,
        )


@asynccontextmanager
async def client_of(
    session: AioSession,
    options: S3Options,
    *,
    attempts: int,
    connections: int,
    ca_certs: str | None,
    watch: Watch | None = None,
) -> AsyncIterator["S3Client"]:
    async with session.create_client(
        "s3",
        region_name=options.region,
        endpoint_url=options.endpoint_url,
        aws_access_key_id=options.access_key,
        aws_secret_access_key=options.secret_key,
        verify=ca_certs,
        config=_config(options, attempts=attempts, connections=connections),
    ) as client:
        if watch is not None:
            Timing(watch).attach_to(client)
        yield client


def _config(options: S3Options, *, attempts: int, connections: int) -> AioConfig:
    return AioConfig(
        # botocore composes its own anew for every call, which costs more than the signature
        user_agent=USER_AGENT,
        parameter_validation=False,
        signature_version="s3v4",
        s3={"addressing_style": options.addressing_style, "payload_signing_enabled": False},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        retries={"mode": "standard", "total_max_attempts": attempts},
        connect_timeout=options.connect_timeout_seconds,
        read_timeout=options.read_timeout_seconds,
        max_pool_connections=connections,
        # the wire goes straight to the store, so must the rest: no proxies from the environment
        proxies={},
    )
