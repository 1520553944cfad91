"""Who is told of events: addresses resolve, connect and speak TLS. No event and no mail is sent."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from typing import Final
from urllib.parse import urlsplit

from chunk_service.domain.findings import Finding, doubtful, faulty, sound
from chunk_service.domain.receivers import MAIN
from chunk_service.settings.mail import SmtpTls, smtp_server
from chunk_service.settings.model import Settings

CONNECT_SECONDS: Final = 10.0
_PORTS: Final = {"https": 443, "http": 80}


async def of_receivers(settings: Settings) -> AsyncIterator[Finding]:
    url = settings.main_service_callback_url
    if url is None:
        advice = "Set MAIN_SERVICE_CALLBACK_URL and WEBHOOK_SECRET."
        yield doubtful("events.main", "the main service is not told of anything", advice)
    else:
        yield await _of_address(f"events.{MAIN}", url)
    for each in settings.webhook_endpoints:
        yield await _of_address(f"events.{each.name}", each.url)
    if settings.smtp_url is not None:
        yield await _of_mail(settings.smtp_url.get_secret_value(), settings)


async def _of_address(check: str, url: str) -> Finding:
    parts = urlsplit(url)
    is_tls = parts.scheme == "https"
    port = parts.port or _PORTS[parts.scheme]
    tls = ssl.create_default_context() if is_tls else None
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            _, writer = await asyncio.open_connection(parts.hostname, port, ssl=tls)
            writer.close()
    except ssl.SSLCertVerificationError as error:
        said = f"its certificate is not believed ({error.verify_message})"
        return faulty(check, said, "Give it a certificate of an authority that this machine knows.")
    except (OSError, TimeoutError) as error:
        said = f"{parts.hostname}:{port} can't be reached ({type(error).__name__})"
        return faulty(check, said, "Look at its address and at what stands between; events wait.")
    return sound(check, f"{parts.hostname}:{port} {'speaks TLS' if is_tls else 'answers'}")


async def _of_mail(url: str, settings: Settings) -> Finding:
    """As far as a mail server lets us in, and not a word further."""
    from aiosmtplib import SMTP, SMTPException

    server = smtp_server(url)
    place = f"{server.host}:{server.port}"
    client = SMTP(
        hostname=server.host,
        port=server.port,
        use_tls=server.tls is SmtpTls.AT_ONCE,
        start_tls=server.tls is SmtpTls.STARTTLS,
        username=server.user,
        password=server.password,
        timeout=settings.smtp_timeout.total_seconds(),
    )
    try:
        await client.connect()
        await client.quit()
    except (SMTPException, OSError, TimeoutError) as error:
        said = f"{place} does not let us in ({type(error).__name__})"
        return faulty("events.mail", said, "Look at SMTP_URL; notices wait.")
    return sound("events.mail", f"{place} lets us in")
