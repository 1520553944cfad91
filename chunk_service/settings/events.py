"""How the main service is told: the callback's address and the secret that signs it."""

import base64
import binascii
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, SecretStr, ValidationInfo, field_validator

from chunk_service.settings.group import SettingsGroup, setting
from chunk_service.settings.quantities import Duration
from chunk_service.settings.urls import http_target

_PREFIX = "whsec_"


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
        "Needed when MAIN_SERVICE_CALLBACK_URL is set.",
        default=None,
        example="whsec_...",
    )
    webhook_timeout: Duration = setting(
        "How long the main service may take to answer an event.",
        default="15s",
        le=timedelta(minutes=5),
    )

    @field_validator("webhook_secret")
    @classmethod
    def _signs(cls, secret: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if secret is not None:
            _check_secret(secret.get_secret_value())
        elif info.data.get("main_service_callback_url"):
            raise ValueError("is missing; it is needed since MAIN_SERVICE_CALLBACK_URL is set")
        return secret


def _check_secret(text: str) -> None:
    try:
        size_bytes = len(base64.b64decode(text.removeprefix(_PREFIX), validate=True))
    except (binascii.Error, ValueError):
        size_bytes = 0
    if not text.startswith(_PREFIX) or not 24 <= size_bytes <= 64:
        raise ValueError("expected whsec_ followed by the base64 of 24 to 64 bytes")
