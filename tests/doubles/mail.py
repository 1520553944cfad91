"""A mail server in its own thread that holds real SMTP conversations and does as it is told."""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from chunk_service.cli.stack.ports import LOOPBACK, free_ports

TAKEN = "250 2.0.0 taken"
USER, PASSWORD = "relay", "a secret of the relay"


@dataclass
class MailDouble:
    """`recipient` and `data` answer RCPT and DATA; None cuts the connection."""

    port: int = 0
    recipient: str | None = TAKEN
    data: str | None = TAKEN
    silent_seconds: float = 0
    mails: list[EmailMessage] = field(default_factory=list)
    were_encrypted: list[bool] = field(default_factory=list)
    users: list[str] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - as aiosmtpd asks
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.recipient is None:
            return self._cut(server)
        if self.recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.recipient

    async def handle_DATA(  # noqa: N802 - as aiosmtpd asks
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self.silent_seconds:
            await asyncio.sleep(self.silent_seconds)
        if self.data is not None and self.data.startswith("250"):
            content = cast("bytes", envelope.content)
            self.mails.append(message_from_bytes(content, policy=default))
            self.were_encrypted.append(_is_encrypted(server))
        return self._cut(server) if self.data is None else self.data

    def _cut(self, server: SMTP) -> str:
        cast("asyncio.Transport", server.transport).abort()
        return "421 gone"

    def authenticate(
        self, _server: Any, _session: Any, _envelope: Any, _how: str, data: Any
    ) -> Any:
        assert isinstance(data, LoginPassword)
        self.users.append(data.login.decode())
        is_right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=is_right, handled=False)


def _is_encrypted(server: SMTP) -> bool:
    assert server.transport is not None
    return server.transport.get_extra_info("ssl_object") is not None


@contextmanager
def taking_mail(
    double: MailDouble, *, tls: ssl.SSLContext | None = None, at_once: bool = False
) -> Iterator[MailDouble]:
    """With `tls` it speaks STARTTLS and asks who one is; or TLS from the first byte."""
    options: dict[str, Any] = {"enable_SMTPUTF8": True}
    if tls is not None and not at_once:
        options |= {
            "tls_context": tls,
            "require_starttls": True,
            "authenticator": double.authenticate,
            "auth_required": True,
        }
    (double.port,) = free_ports(1)
    controller = Controller(
        double,
        hostname=LOOPBACK,
        port=double.port,
        ssl_context=tls if at_once else None,
        **options,
    )
    controller.start()
    try:
        yield double
    finally:
        controller.stop()
