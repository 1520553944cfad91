"""Traces by OpenTelemetry's own variables: those that decide whether and where to.

All others (samplers, batches, headers, resource attributes) the SDK reads itself.
"""

from typing import Annotated, Literal

from pydantic import AfterValidator

from chunk_service.settings.group import SettingsGroup, setting
from chunk_service.settings.urls import http_base, http_target

_TRACES_PATH = "/v1/traces"


class TracingSettings(SettingsGroup):
    """Traces"""

    otel_exporter_otlp_endpoint: Annotated[str, AfterValidator(http_base)] | None = setting(
        "The collector that spans are sent to, by OTLP over HTTP, at `/v1/traces` below it. Needs "
        "the extra: `pip install 'chunk-service[tracing]'`. docs/tracing.md tells more, also of "
        "OpenTelemetry's other variables.",
        default=None,
        unset="no traces",
        example="http://localhost:4318",
    )
    otel_exporter_otlp_traces_endpoint: Annotated[str, AfterValidator(http_target)] | None = (
        setting(
            "The same with its path, which wins.",
            default=None,
            unset="as OTEL_EXPORTER_OTLP_ENDPOINT says",
        )
    )
    otel_exporter_otlp_protocol: Literal["http/protobuf"] = setting(
        "How spans are sent.", default="http/protobuf"
    )
    otel_traces_exporter: Literal["otlp", "none"] = setting(
        "`none`: no traces, whatever the endpoint is.", default="otlp"
    )
    otel_sdk_disabled: bool = setting("`true` means the same.", default=False)
    otel_service_name: str | None = setting(
        "The name that traces are found under.",
        default=None,
        unset="that of OTEL_RESOURCE_ATTRIBUTES, else `chunk-service`",
        min_length=1,
    )

    @property
    def traces_url(self) -> str | None:
        """Where spans are posted; None where none are made."""
        if self.otel_sdk_disabled or self.otel_traces_exporter == "none":
            return None
        if self.otel_exporter_otlp_traces_endpoint is not None:
            return self.otel_exporter_otlp_traces_endpoint
        base = self.otel_exporter_otlp_endpoint
        return None if base is None else f"{base}{_TRACES_PATH}"
