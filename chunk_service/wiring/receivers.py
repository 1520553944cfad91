"""Settings as receivers of events: who is told of what, and by which lane a worker reaches them.

A further kind of endpoint is one more subscription, one more address and one more lane, with a
sender that makes one attempt.
"""

import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from random import SystemRandom

from pydantic import SecretStr

from chunk_service.adapters.postgres.delivering import DeliveringRows
from chunk_service.adapters.webhook.public_network import PublicNetwork, PublicTransport
from chunk_service.adapters.webhook.sender import WebhookSender, webhook_client
from chunk_service.domain.receivers import (
    MAIL,
    MAIN,
    NO_MAIL,
    Mailing,
    Subscription,
    endpoint_of_host,
)
from chunk_service.settings.mail import SmtpTls, smtp_server
from chunk_service.settings.model import Settings
from chunk_service.settings.receivers import Receiver
from chunk_service.settings.secrets import split_secrets
from chunk_service.usecases.deliver_event import DeliverEvent, Sender
from chunk_service.wiring.tracing import Tracing
from chunk_service.worker.jobs import Lane

DICE = SystemRandom()
# Beyond its time-out an attempt has only its row to write.
LEASE_MARGIN = timedelta(seconds=10)


def subscriptions(settings: Settings) -> Sequence[Subscription]:
    return [Subscription(each.name, each.events) for each in _receivers(settings)]


def mailing(settings: Settings) -> Mailing:
    if settings.smtp_url is None:
        return NO_MAIL
    return Mailing(events=settings.mail_events, to=settings.mail_to)


def addresses(settings: Settings) -> dict[str, bytes | None]:
    """What identifies each endpoint's address; None where every delivery has its own."""
    named = {each.name: _fingerprint(each.url) for each in _receivers(settings)}
    mail: list[str] = [] if settings.smtp_url is None else [MAIL]
    callbacks = map(endpoint_of_host, settings.webhook_allowed_hosts)
    return {**named, **dict.fromkeys([*mail, *callbacks])}


@asynccontextmanager
async def open_lanes(
    settings: Settings, rows: DeliveringRows, tracing: Tracing
) -> AsyncIterator[Sequence[Lane]]:
    """A lane for every endpoint; connections are closed at the end."""
    async with AsyncExitStack() as stack:
        senders = {
            **await _open_named(settings, stack, tracing),
            **await _open_callbacks(settings, stack, tracing),
            **_mail(settings),
        }
        yield [
            Lane(
                endpoint=endpoint,
                deliver=DeliverEvent(
                    rows=rows,
                    sender=tracing.around(_kind(endpoint), senders[endpoint]),
                    dice=DICE.random,
                    lease=_timeout(settings, endpoint) + LEASE_MARGIN,
                    address=address,
                ),
                most_at_once=settings.webhook_concurrency,
            )
            for endpoint, address in addresses(settings).items()
        ]


async def _open_named(
    settings: Settings, stack: AsyncExitStack, tracing: Tracing
) -> dict[str, Sender]:
    seconds = settings.webhook_timeout.total_seconds()
    client = await stack.enter_async_context(
        webhook_client(timeout_seconds=seconds, on_call=tracing.on_call)
    )
    return {
        each.name: WebhookSender(client, each.secrets, seconds, each.url)
        for each in _receivers(settings)
    }


async def _open_callbacks(
    settings: Settings, stack: AsyncExitStack, tracing: Tracing
) -> dict[str, Sender]:
    if not settings.webhook_allowed_hosts:
        return {}
    seconds = settings.webhook_timeout.total_seconds()
    client = await stack.enter_async_context(
        webhook_client(
            timeout_seconds=seconds,
            transport=PublicTransport(PublicNetwork()),
            on_call=tracing.on_call,
        )
    )
    sender = WebhookSender(client, _secrets(settings.webhook_callback_secret), seconds)
    return {endpoint_of_host(host): sender for host in settings.webhook_allowed_hosts}


def _mail(settings: Settings) -> dict[str, Sender]:
    if settings.smtp_url is None or settings.mail_from is None:
        return {}
    # Whoever sends no mail needs none of these, nor the libraries that come with them.
    from chunk_service.adapters.mail.notices import Notices
    from chunk_service.adapters.mail.sender import MailSender, MailServer

    server = smtp_server(settings.smtp_url.get_secret_value())
    sender = MailSender(
        MailServer(
            host=server.host,
            port=server.port,
            use_tls=server.tls is SmtpTls.AT_ONCE,
            start_tls=server.tls is SmtpTls.STARTTLS,
            user=server.user,
            password=server.password,
        ),
        Notices.from_templates(settings.mail_templates, sender=settings.mail_from),
        settings.smtp_timeout.total_seconds(),
    )
    return {MAIL: sender}


def _kind(endpoint: str) -> str:
    return "mail" if endpoint == MAIL else "webhook"


def _timeout(settings: Settings, endpoint: str) -> timedelta:
    return settings.smtp_timeout if endpoint == MAIL else settings.webhook_timeout


def _receivers(settings: Settings) -> Sequence[Receiver]:
    url = settings.main_service_callback_url
    if url is None:
        return settings.webhook_endpoints
    main = Receiver(name=MAIN, url=url, secrets=_secrets(settings.webhook_secret), events=None)
    return (main, *settings.webhook_endpoints)


def _secrets(written: SecretStr | None) -> tuple[str, ...]:
    return () if written is None else split_secrets(written.get_secret_value())


def _fingerprint(url: str) -> bytes:
    return hashlib.sha256(url.encode()).digest()
