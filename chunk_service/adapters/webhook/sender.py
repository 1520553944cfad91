"""Signed calls to the receivers of events: one attempt each, whatever the answer.

Every attempt is signed anew with a fresh timestamp over the stored bytes. Redirects are never
followed, cookies never kept, and of an answer no more than a bounded beginning is read.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

from chunk_service.adapters.webhook.answers import excerpt_of, retry_after
from chunk_service.adapters.webhook.signing import signed_headers
from chunk_service.usecases.deliver_event import Delivery, Outcome

USER_AGENT = "chunk-service"


@dataclass(frozen=True, slots=True)
class WebhookSender:
    """Calls one endpoint: at `url`, or where each delivery says."""

    client: httpx.AsyncClient
    secrets: Sequence[str]
    timeout_seconds: float
    url: str | None = None

    async def post(self, delivery: Delivery) -> Outcome:
        """One attempt; what goes wrong is an outcome, not an exception."""
        started = time.monotonic()
        try:
            async with asyncio.timeout(self.timeout_seconds):
                return await self._send(delivery, started)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, OSError) as error:
            return Outcome(
                status=None,
                error=_reason(error),
                excerpt=None,
                duration_ms=_since_ms(started),
                retry_after=None,
            )

    async def _send(self, delivery: Delivery, started: float) -> Outcome:
        headers = signed_headers(
            self.secrets, delivery.event_id, delivery.payload, at=datetime.now(UTC)
        )
        async with self._call(delivery, headers) as response:
            return Outcome(
                status=response.status_code,
                error=None,
                excerpt=await excerpt_of(response),
                duration_ms=_since_ms(started),
                retry_after=retry_after(response.headers.get("retry-after")),
            )

    def _call(
        self, delivery: Delivery, headers: dict[str, str]
    ) -> AbstractAsyncContextManager[httpx.Response]:
        url = self.url or delivery.target or ""
        return self.client.stream("POST", url, content=delivery.payload, headers=headers)


def webhook_client(
    *,
    timeout_seconds: float,
    transport: httpx.AsyncBaseTransport | None = None,
    on_call: Sequence[Callable[[httpx.Request], Awaitable[None]]] = (),
) -> httpx.AsyncClient:
    """Without a limit of connections: queues have theirs, and none may wait for another's.

    `on_call` sees each request before it is sent.
    """
    return httpx.AsyncClient(
        transport=transport,
        follow_redirects=False,
        timeout=timeout_seconds,
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=20),
        # An answer is read as it comes, to be shown: nothing is unpacked.
        headers={"user-agent": USER_AGENT, "accept-encoding": "identity"},
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        trust_env=False,
        event_hooks={"request": list(on_call)},
    )


def _reason(error: Exception) -> str:
    """The kind of failure; messages of libraries may repeat addresses."""
    return type(error).__name__


def _since_ms(started: float) -> int:
    return round((time.monotonic() - started) * 1000)
