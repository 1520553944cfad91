"""What .env says to OpenTelemetry's SDK reaches it; the environment wins."""

import os
from pathlib import Path

import pytest

from chunk_service.cli.otel_variables import hand_on_otel_variables


def test_the_sdk_is_told_what_the_file_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("OTEL_TRACES_SAMPLER", "OTEL_BSP_SCHEDULE_DELAY", "OTEL_EMPTY", "NOT_OTEL")
    for name in names:
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "100")
    (tmp_path / ".env").write_text(
        "OTEL_TRACES_SAMPLER=always_off\nOTEL_BSP_SCHEDULE_DELAY=1\nOTEL_EMPTY=\nNOT_OTEL=x\n"
    )
    hand_on_otel_variables(tmp_path / ".env")
    assert {name: os.environ.get(name) for name in names} == {
        "OTEL_TRACES_SAMPLER": "always_off",
        "OTEL_BSP_SCHEDULE_DELAY": "100",
        "OTEL_EMPTY": None,
        "NOT_OTEL": None,
    }


def test_without_a_file_nothing_is_handed_on(tmp_path: Path) -> None:
    before = dict(os.environ)
    hand_on_otel_variables(tmp_path / ".env")
    assert dict(os.environ) == before
