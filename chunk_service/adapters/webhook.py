"""Signed calls to the receivers of events, by Standard Webhooks 1.0.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
Every attempt is signed anew with a fresh timestamp over the stored bytes. Redirects are never
followed, and of an answer no more than a bounded beginning is read.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx
from standardwebhooks import Webhook as Signer

from chunk_service.usecases.deliver_event import Delivery, Outcome

MOST_ANSWER_BYTES = 64 * 1024
EXCERPT_CHARACTERS = 1000


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`secret` is spelled `whsec_` and base64."""

    url: str
    secret: str


@dataclass(frozen=True, slots=True)
class WebhookSender:
    client: httpx.AsyncClient
    endpoints: Mapping[str, Endpoint]
    timeout_seconds: float

    async def post(self, delivery: Delivery) -> Outcome:
        """One attempt; what goes wrong is an outcome, not an exception."""
        endpoint = self.endpoints.get(delivery.endpoint)
        if endpoint is None:
            return _failure("no such endpoint is configured", 0)
        started = time.monotonic()
        try:
            async with asyncio.timeout(self.timeout_seconds):
                status, excerpt, asked = await self._send(endpoint, delivery)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, OSError) as error:
            return _failure(type(error).__name__, _since_ms(started))
        return Outcome(
            status=status,
            error=None,
            excerpt=excerpt,
            duration_ms=_since_ms(started),
            retry_after=asked,
        )

    async def _send(
        self, endpoint: Endpoint, delivery: Delivery
    ) -> tuple[int, str, timedelta | None]:
        headers = signed_headers(endpoint.secret, delivery.event_id, delivery.payload)
        async with self.client.stream(
            "POST", endpoint.url, content=delivery.payload, headers=headers
        ) as response:
            begun = b""
            async for piece in response.aiter_raw():
                begun += piece
                if len(begun) >= MOST_ANSWER_BYTES:
                    break
            excerpt = begun.decode("utf-8", "replace").replace("\0", "\N{REPLACEMENT CHARACTER}")
            return (
                response.status_code,
                excerpt[:EXCERPT_CHARACTERS],
                retry_after(response.headers.get("retry-after")),
            )


def signed_headers(
    secret: str, event_id: str, payload: bytes, at: datetime | None = None
) -> dict[str, str]:
    moment = at or datetime.now(UTC)
    return {
        "content-type": "application/json",
        "webhook-id": event_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Signer(secret).sign(event_id, moment, payload.decode()),
    }


def retry_after(value: str | None) -> timedelta | None:
    """Seconds or an HTTP date (RFC 9110, 10.2.3); None where it is neither."""
    if value is None:
        return None
    if value.isascii() and value.isdigit():
        return timedelta(seconds=min(int(value), 10**6))
    try:
        return parsedate_to_datetime(value) - datetime.now(UTC)
    except (ValueError, TypeError):
        return None


def _since_ms(started: float) -> int:
    return round((time.monotonic() - started) * 1000)


def _failure(reason: str, duration_ms: int) -> Outcome:
    return Outcome(
        status=None, error=reason, excerpt=None, duration_ms=duration_ms, retry_after=None
    )


@asynccontextmanager
async def open_webhooks(
    endpoints: Mapping[str, Endpoint], *, timeout_seconds: float
) -> AsyncIterator[WebhookSender]:
    async with httpx.AsyncClient(
        follow_redirects=False, timeout=timeout_seconds, trust_env=False
    ) as client:
        yield WebhookSender(client, endpoints, timeout_seconds)
