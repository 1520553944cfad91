"""The commands are there, explain themselves, and end with one message when settings are wrong."""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from typer.testing import CliRunner

from chunk_service.cli.main import app
from chunk_service.settings.model import Settings


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, arguments)
    return result.exit_code, result.output


@pytest.mark.parametrize(
    "command",
    ["serve", "worker", "migrate", "token", "upload", "download", "ls", "share", "demo", "run"],
)
def test_every_command_has_a_help(command: str) -> None:
    assert command in run("--help")[1]
    code, output = run(command, "--help")
    assert code == 0
    assert "Usage" in output


def test_a_command_of_the_client_waits_for_nothing_of_the_service() -> None:
    listed = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "chunk_service", "ls", "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    imported = {line.rpartition("|")[2].strip() for line in listed.stderr.splitlines()}
    assert "chunk_service.cli.endings" in imported
    assert not imported & {"chunk_service.cli.supervise", "pydantic_settings", "structlog"}


def test_a_command_that_is_misspelt_is_guessed() -> None:
    code, output = run("servr")
    assert code == 2
    assert "Did you mean 'serve'?" in output


def test_its_version_is_that_of_the_package() -> None:
    assert run("--version") == (0, f"chunk-service {version('chunk-service')}\n")


@pytest.mark.parametrize("command", [["serve"], ["serve", "--workers", "3"], ["worker"]])
def test_wrong_settings_are_one_message_before_anything_starts(command: list[str]) -> None:
    code, output = run(*command)
    assert code == 2
    assert "settings are wrong or missing" in output
    assert "S3_BUCKET_NAME (or AWS_BUCKET) is missing" in output
    assert "Traceback" not in output
