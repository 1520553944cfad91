"""Notices by SMTP: one attempt each, whatever the server answers.

The address is that of the delivery, the words are made from its payload, so every attempt at one
event is the same mail under the same Message-ID. Refusals by 5xx are final (RFC 5321, 4.2.1).
"""

import asyncio
import ssl
import time
from dataclasses import dataclass

from aiosmtplib import SMTPException, SMTPResponseException, send
from aiosmtplib.errors import SMTPRecipientsRefused

from chunk_service.adapters.mail.notices import Notices
from chunk_service.usecases.deliver_event import Delivery, Outcome

EXCERPT_CHARACTERS = 1000
TAKEN = 250


@dataclass(frozen=True, slots=True)
class MailServer:
    """`use_tls` before the first word, or `start_tls`; at most one of them."""

    host: str
    port: int
    use_tls: bool
    start_tls: bool
    user: str | None
    password: str | None


@dataclass(frozen=True, slots=True)
class MailSender:
    server: MailServer
    notices: Notices
    timeout_seconds: float
    tls: ssl.SSLContext | None = None

    async def post(self, delivery: Delivery) -> Outcome:
        """One attempt; what goes wrong is an outcome, not an exception."""
        started = time.monotonic()
        try:
            async with asyncio.timeout(self.timeout_seconds):
                text = await self._send(delivery)
        except (SMTPException, TimeoutError, OSError) as error:
            return _failed(error, started)
        return _outcome(started, status=TAKEN, excerpt=text)

    async def _send(self, delivery: Delivery) -> str:
        """The server's last word."""
        assert delivery.target is not None
        message = self.notices.of(delivery.event_id, delivery.payload, to=delivery.target)
        server = self.server
        _, text = await send(
            message,
            hostname=server.host,
            port=server.port,
            use_tls=server.use_tls,
            start_tls=server.start_tls,
            username=server.user,
            password=server.password,
            tls_context=self.tls,
            timeout=self.timeout_seconds,
        )
        return text


def _failed(error: Exception, started: float) -> Outcome:
    """What a server says of itself or of the one recipient; else the kind of failure."""
    if isinstance(error, SMTPRecipientsRefused):
        error = error.recipients[0]
    if not isinstance(error, SMTPResponseException):
        return _outcome(started, error=type(error).__name__)
    return _outcome(
        started,
        status=error.code,
        excerpt=error.message,
        error=type(error).__name__,
        is_final=500 <= error.code < 600 and not _is_of_the_set_up(error),
    )


def _is_of_the_set_up(error: SMTPResponseException) -> bool:
    """Refused credentials and commands are for operators to mend: the mail is kept for then."""
    return error.code in (500, 501, 502, 503, 504, 530, 534, 535, 538)


def _outcome(
    started: float,
    *,
    status: int | None = None,
    error: str | None = None,
    excerpt: str | None = None,
    is_final: bool = False,
) -> Outcome:
    shown = None if excerpt is None else excerpt[:EXCERPT_CHARACTERS].replace("\0", "?")
    return Outcome(
        status=status,
        error=error,
        excerpt=shown,
        duration_ms=round((time.monotonic() - started) * 1000),
        retry_after=None,
        is_final=is_final,
    )
