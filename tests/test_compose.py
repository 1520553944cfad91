"""`docker-compose.yml` is valid by the schema of Compose, and says what the service relies on."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from chunk_service.settings.model import Settings

FILE = Path(__file__).parents[1] / "docker-compose.yml"
SPOOL = "spool:/var/lib/chunk-service/spool"


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    services: dict[str, Any] = yaml.safe_load(FILE.read_text())["services"]
    return services


def test_it_is_valid_by_the_schema() -> None:
    checker = [sys.executable, "-m", "check_jsonschema"]
    subprocess.run(
        [*checker, "--builtin-schema", "vendor.compose-spec", str(FILE)],
        check=True,
        capture_output=True,
    )


def test_service_and_worker_share_a_spool_that_stays(services: dict[str, Any]) -> None:
    assert services["service"]["volumes"] == services["worker"]["volumes"] == [SPOOL]
    assert "spool" in yaml.safe_load(FILE.read_text())["volumes"]


def test_nothing_starts_before_the_schema_is_there(services: dict[str, Any]) -> None:
    for name in ("service", "worker"):
        condition = services[name]["depends_on"]["migrate"]["condition"]
        assert condition == "service_completed_successfully"
    assert services["migrate"]["restart"] == "no"


def test_what_the_program_is_told_are_settings(services: dict[str, Any]) -> None:
    known = {name.upper() for name in Settings.model_fields}
    for name in ("service", "worker", "migrate"):
        assert set(services[name]["environment"]) <= known


def test_ports_are_opened_on_the_loopback_interface_only(services: dict[str, Any]) -> None:
    ports = [port for service in services.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_the_image_has_what_traces_need() -> None:
    locked = (FILE.parent / "requirements.txt").read_text()
    names = re.findall(
        r'^    "(opentelemetry-[a-z-]+)', (FILE.parent / "pyproject.toml").read_text(), re.MULTILINE
    )
    assert names
    assert [name for name in names if f"\n{name}==" not in locked] == []
