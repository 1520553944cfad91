"""How the process shows itself: its address, its logs."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, ValidationInfo, field_validator

from chunk_service.settings.group import SettingsGroup, setting
from chunk_service.settings.urls import http_base

LogLevel = Literal["debug", "info", "warning", "error", "critical"]
LogFormat = Literal["json", "console"]


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


class ServingSettings(SettingsGroup):
    """Serving"""

    # Reachable from outside only when someone says so; the container image says 0.0.0.0.
    host: str = setting("The address that `serve` listens on.", default="127.0.0.1", min_length=1)
    port: int = setting("The port that `serve` listens on.", default=8000, ge=0, le=65535)
    public_url: Annotated[str, AfterValidator(http_base)] | None = setting(
        "The address by which clients reach this service; the links of shares begin with it.",
        default=None,
        unset="links of shares are paths, `/s/...`",
        example="https://uploads.example.com",
    )
    serve_with_worker: bool | None = setting(
        "Whether `serve` also does the work of `worker`.",
        default=None,
        unset="yes when it runs one process",
    )


class LogSettings(SettingsGroup):
    """Logs"""

    debug: bool = setting("Debug logging: the same as LOG_LEVEL=debug.", default=False)
    log_level: Annotated[LogLevel, BeforeValidator(_lower)] = setting(
        "The least severe lines that are written.", default="info"
    )
    log_format: Annotated[LogFormat, BeforeValidator(_lower)] = setting(
        "One JSON object a line, or lines for people.", default="json"
    )

    @field_validator("log_level")
    @classmethod
    def _debug_wins(cls, level: LogLevel, info: ValidationInfo) -> LogLevel:
        return "debug" if info.data.get("debug") else level
