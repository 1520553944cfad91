"""How the main service and others are told: addresses, secrets that sign, and for how long."""

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, SecretStr, ValidationInfo, field_validator
from pydantic_settings import NoDecode

from chunk_service.settings.group import SettingsGroup, setting
from chunk_service.settings.quantities import Duration
from chunk_service.settings.receivers import Receiver, parse_hosts, parse_receivers
from chunk_service.settings.secrets import split_secrets
from chunk_service.settings.urls import http_target

_WHOSE = {
    "webhook_secret": "main_service_callback_url",
    "webhook_callback_secret": "webhook_allowed_hosts",
}


class EventSettings(SettingsGroup):
    """Events"""

    main_service_callback_url: Annotated[str, AfterValidator(http_target)] | None = setting(
        "The main service's address for events (Standard Webhooks, POST).",
        default=None,
        example="https://main.example.com/webhooks/uploads",
        unset="events are kept and nothing is sent",
    )
    webhook_secret: SecretStr | None = setting(
        "The secret that signs events: `whsec_` and the base64 of 24 to 64 random bytes. "
        "Needed when MAIN_SERVICE_CALLBACK_URL is set. While it is being replaced, the new and the "
        "old one, separated by a blank or comma: each of them signs.",
        default=None,
        example="whsec_...",
    )
    webhook_endpoints: Annotated[
        tuple[Receiver, ...], NoDecode, BeforeValidator(parse_receivers)
    ] = setting(
        "Further receivers: a list in JSON of objects with `name`, `url`, `secrets` (a list) and, "
        "to be told of some types only, `events` (a list).",
        default="",
        example='[{"name":"audit","url":"https://audit.example.com/","secrets":["whsec_..."],'
        '"events":["upload.failed"]}]',
        unset="none",
    )
    webhook_timeout: Duration = setting(
        "How long a receiver may take to answer an event.",
        default="15s",
        le=timedelta(minutes=5),
    )
    webhook_concurrency: int = setting(
        "Deliveries to one receiver at a time, by all workers together.",
        default=16,
        ge=1,
        le=1000,
    )
    webhook_allowed_hosts: Annotated[frozenset[str], NoDecode, BeforeValidator(parse_hosts)] = (
        setting(
            "Hosts that callers may name in `callback_url` at init, separated by blanks or commas: "
            "`hooks.example.com`, or with a port other than 443. Only https, and only public "
            "addresses, are ever called there.",
            default="",
            example="hooks.example.com",
            unset="callers may name none",
        )
    )
    webhook_callback_secret: SecretStr | None = setting(
        "What signs events to addresses that callers named, written like WEBHOOK_SECRET. Needed "
        "when WEBHOOK_ALLOWED_HOSTS is set, and best another one: who has it can sign.",
        default=None,
        example="whsec_...",
    )
    events_kept_for: Duration = setting(
        "How long events are kept once everybody was told. What is undelivered is never removed.",
        default="30d",
    )

    @field_validator(*_WHOSE)
    @classmethod
    def _signs(cls, secret: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        needed_by = _WHOSE[str(info.field_name)]
        if secret is not None:
            split_secrets(secret.get_secret_value())
        elif info.data.get(needed_by):
            raise ValueError(f"is missing; it is needed since {needed_by.upper()} is set")
        return secret
