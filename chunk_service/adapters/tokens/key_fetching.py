"""One question to the address of a JWK Set: bounded in time and size, redirects not followed."""

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import httpx

from chunk_service.adapters.tokens.key_sets import KeySet, UnreadableKeySetError, read_key_set
from chunk_service.adapters.tokens.published_keys import KeysNotFetchedError

FETCH_SECONDS: Final = 5.0
MOST_BYTES: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class KeySetAddress:
    client: httpx.AsyncClient
    url: str
    algorithm: str
    timeout_seconds: float = FETCH_SECONDS

    async def fetch(self) -> KeySet:
        try:
            async with asyncio.timeout(self.timeout_seconds):
                return read_key_set(await self._body(), algorithm=self.algorithm)
        except UnreadableKeySetError as error:
            raise KeysNotFetchedError(str(error)) from None
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, OSError) as error:
            # The kind only: messages of libraries repeat addresses.
            raise KeysNotFetchedError(type(error).__name__) from None

    async def _body(self) -> bytes:
        body = bytearray()
        async with self.client.stream("GET", self.url) as response:
            if response.status_code != HTTPStatus.OK:
                raise KeysNotFetchedError(f"the answer is {response.status_code}")
            async for piece in response.aiter_raw():
                body += piece
                if len(body) > MOST_BYTES:
                    raise KeysNotFetchedError(f"the answer has more than {MOST_BYTES} bytes")
        return bytes(body)


def key_set_client() -> httpx.AsyncClient:
    return httpx.AsyncClient(
        follow_redirects=False,
        timeout=FETCH_SECONDS,
        headers={"user-agent": "chunk-service", "accept-encoding": "identity"},
        trust_env=False,
    )
