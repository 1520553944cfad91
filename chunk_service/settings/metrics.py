"""How the process lets itself be watched: where its figures are read, and by whom."""

import re
from typing import Annotated

from pydantic import AfterValidator, SecretStr

from chunk_service.settings.group import SettingsGroup, setting

_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]{16,512}=*")


def _sendable(token: SecretStr) -> SecretStr:
    """RFC 6750, 2.1, and not to be guessed."""
    if not _TOKEN.fullmatch(token.get_secret_value()):
        raise ValueError("expected 16 to 512 letters, digits or any of . _ ~ + / -")
    return token


class MetricsSettings(SettingsGroup):
    """Metrics"""

    metrics_port: int | None = setting(
        "The port where each process lets Prometheus read `/metrics`. With `serve --workers` the "
        "processes take this one and those that follow it; a `worker` on the same machine needs "
        "another.",
        default=None,
        unset="`/metrics` is on PORT only, for who has METRICS_TOKEN or the scope `admin`",
        example="9464",
        ge=1,
        le=65535,
    )
    metrics_host: str = setting(
        "The address that METRICS_PORT is opened on. Whoever reaches it may read, unless "
        "METRICS_TOKEN is set.",
        default="127.0.0.1",
        min_length=1,
    )
    metrics_token: Annotated[SecretStr, AfterValidator(_sendable)] | None = setting(
        "The bearer token that Prometheus sends to read `/metrics`.",
        default=None,
        unset="none is asked for on METRICS_PORT; on PORT the scope `admin` is needed",
    )
