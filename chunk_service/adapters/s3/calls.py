"""Requests that carry few bytes, sent and answered on the event loop.

A request in a thread takes many turns, and before each of them the thread waits for the
interpreter's lock, which the event loop has: for few bytes that is most of what they cost.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import aiohttp
from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import HTTPClientError
from yarl import URL

from chunk_service.adapters.s3.connections import MOST_CALLS
from chunk_service.adapters.s3.exchange import MAX_ANSWER_BYTES, UNSIGNED, Answer
from chunk_service.adapters.s3.options import S3Options

# Of those that aiohttp adds by itself; what is signed says all.
_NOT_ADDED: Final = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")


@dataclass(frozen=True, slots=True)
class Calls:
    session: aiohttp.ClientSession

    async def answer(self, request: AWSPreparedRequest, body: bytes | None = None) -> Answer:
        """The answer to it with this body; HTTPClientError where none came."""
        headers = {
            name: value if isinstance(value, str) else value.decode()
            for name, value in request.headers.items()
            if name.lower() not in UNSIGNED
        }
        url = URL(request.url, encoded=True)
        try:
            async with self.session.request(
                request.method, url, data=body, headers=headers, allow_redirects=False
            ) as response:
                return Answer(response.status, response.headers, await _read_bounded(response))
        except (aiohttp.ClientError, TimeoutError) as error:
            raise HTTPClientError(error=error) from error


async def _read_bounded(response: aiohttp.ClientResponse) -> bytes:
    try:
        return await response.content.readexactly(MAX_ANSWER_BYTES)
    except asyncio.IncompleteReadError as all_of_it:
        return all_of_it.partial


@asynccontextmanager
async def open_calls(options: S3Options, *, ca_certs: str | None) -> AsyncIterator[Calls]:
    connector = aiohttp.TCPConnector(
        limit=options.relay_connections + MOST_CALLS,
        ssl=ssl.create_default_context(cafile=ca_certs),
    )
    connect, read = options.connect_timeout_seconds, options.read_timeout_seconds
    async with aiohttp.ClientSession(
        connector=connector,
        timeout=aiohttp.ClientTimeout(total=connect + read, sock_connect=connect, sock_read=read),
        skip_auto_headers=_NOT_ADDED,
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
    ) as session:
        # Else a PUT whose connection breaks would be sent again, unasked.
        session._retry_connection = False  # noqa: SLF001
        yield Calls(session)
