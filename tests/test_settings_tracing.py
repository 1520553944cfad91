"""Whether traces are made, and where they go, by OpenTelemetry's own variables."""

import pytest

from chunk_service.settings.loading import SettingsError, load_group
from chunk_service.settings.spelling import misspellings
from chunk_service.settings.tracing import TracingSettings

BASE, TRACES = "otel_exporter_otlp_endpoint", "otel_exporter_otlp_traces_endpoint"


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ({}, None),
        ({BASE: "http://here:4318"}, "http://here:4318/v1/traces"),
        ({BASE: "https://here/otlp/"}, "https://here/otlp/v1/traces"),
        ({TRACES: "http://here:4318/spans"}, "http://here:4318/spans"),
        ({BASE: "http://here", TRACES: "http://there/x"}, "http://there/x"),
        ({BASE: "http://here", "otel_sdk_disabled": "true"}, None),
        ({BASE: "http://here", "otel_traces_exporter": "none"}, None),
    ],
)
def test_the_place_for_traces(given: dict[str, str], url: str | None) -> None:
    assert load_group(TracingSettings, env_file=None, given=given).traces_url == url


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("otel_exporter_otlp_protocol", "grpc"),
        ("otel_traces_exporter", "zipkin"),
        (BASE, "collector:4317"),
        (BASE, "http://user:sesame@collector"),
    ],
)
def test_what_can_not_be_done_is_told(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name.upper()) as told:
        load_group(TracingSettings, env_file=None, given={name: value})
    assert "sesame" not in str(told.value)


def test_variables_that_only_the_sdk_reads_are_not_taken_for_misspelt_ones() -> None:
    known = {name.upper() for name in TracingSettings.model_fields}
    given = {"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_HEADERS"}
    assert misspellings(given=given, known=known) == []
