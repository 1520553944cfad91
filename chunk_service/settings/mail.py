"""Notices by mail: the server they go by, whom they are from, whom they reach."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from urllib.parse import unquote, urlsplit

from email_validator import EmailNotValidError, validate_email
from pydantic import BeforeValidator, SecretStr, ValidationInfo, field_validator
from pydantic_settings import NoDecode

from chunk_service.domain.receivers import MAILED_EVENTS
from chunk_service.settings.group import SettingsGroup, setting
from chunk_service.settings.quantities import Duration


class SmtpTls(StrEnum):
    """Before the first word, by STARTTLS or not at all."""

    AT_ONCE = "smtps"
    STARTTLS = "smtp"
    NONE = "smtp+plain"


_PORTS = {SmtpTls.AT_ONCE: 465, SmtpTls.STARTTLS: 587, SmtpTls.NONE: 25}


@dataclass(frozen=True, slots=True)
class SmtpServer:
    host: str
    port: int
    tls: SmtpTls
    user: str | None
    password: str | None = field(repr=False)


def smtp_server(text: str) -> SmtpServer:
    """ValueError says what is expected and repeats nothing: there may be a password in it."""
    try:
        parts = urlsplit(text.strip())
        tls, port = SmtpTls(parts.scheme), parts.port
    except ValueError:
        raise ValueError(
            "expected smtp://user:password@host:587, smtps:// or smtp+plain://"
        ) from None
    if not parts.hostname or port == 0 or parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("expected a host and, if need be, a port, and nothing after them")
    if (parts.username is None) != (parts.password is None):
        raise ValueError("expected user and password, or neither")
    if tls is SmtpTls.NONE and parts.username is not None:
        raise ValueError("a password is never sent without TLS: use smtp:// or smtps://")
    return SmtpServer(
        host=parts.hostname,
        port=port or _PORTS[tls],
        tls=tls,
        user=_plain(parts.username),
        password=_plain(parts.password),
    )


def _plain(text: str | None) -> str | None:
    return None if text is None else unquote(text)


def _address(text: str | None) -> str | None:
    if not text:
        return None
    try:
        return validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError:
        raise ValueError("expected an address such as uploads@example.com") from None


def _types(value: object) -> frozenset[str]:
    if isinstance(value, frozenset):
        return value
    words = frozenset(str(value).replace(",", " ").split())
    if not words or not words <= MAILED_EVENTS:
        raise ValueError(f"expected some of {', '.join(sorted(MAILED_EVENTS))}")
    return words


class MailSettings(SettingsGroup):
    """Mail"""

    smtp_url: SecretStr | None = setting(
        "The mail server for notices to the owners of uploads, as their tokens' `email` claim "
        "names them: `smtp://user:password@host:587` (STARTTLS, required), `smtps://` (TLS at "
        "once, port 465) or, without user and password, `smtp+plain://host:25` (no TLS).",
        default=None,
        example="smtp://user:password@mail.example.com:587",
        unset="no mail is sent",
    )
    mail_from: str | None = setting(
        "The sender's address. Needed when SMTP_URL is set.",
        default=None,
        example="uploads@example.com",
    )
    mail_to: str | None = setting(
        "Who is written to where the owner's token named no address.",
        default=None,
        example="operators@example.com",
        unset="then nobody is",
    )
    mail_events: Annotated[frozenset[str], NoDecode, BeforeValidator(_types)] = setting(
        "What notices are sent of, separated by blanks or commas.",
        default="upload.completed upload.failed upload.expired",
    )
    mail_templates: Path | None = setting(
        "A folder with templates (Jinja) that are used instead of the built-in ones of the same "
        "name: `upload.completed.txt` (its first line is the subject), `upload.completed.html`, "
        "and so on.",
        default=None,
        unset="the built-in ones",
    )
    smtp_timeout: Duration = setting(
        "How long one mail may take to be handed over.",
        default="30s",
        le=timedelta(minutes=5),
    )

    @field_validator("smtp_url")
    @classmethod
    def _a_server(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None:
            smtp_server(url.get_secret_value())
        return url

    @field_validator("mail_from")
    @classmethod
    def _from_somebody(cls, address: str | None, info: ValidationInfo) -> str | None:
        if not address and info.data.get("smtp_url"):
            raise ValueError("is missing; it is needed since SMTP_URL is set")
        return _address(address)

    @field_validator("mail_to")
    @classmethod
    def _to_somebody(cls, address: str | None) -> str | None:
        return _address(address)

    @field_validator("mail_templates")
    @classmethod
    def _of_templates(cls, path: Path | None) -> Path | None:
        if path is not None and not path.is_dir():
            raise ValueError("is not a folder")
        return path
