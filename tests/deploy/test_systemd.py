"""`deploy/systemd`: systemd takes the unit, and it leaves the service the time that it needs."""

import configparser
import re
import shlex
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from chunk_service.settings.quantities import parse_duration
from tests.deploy.service_numbers import DEPLOY, SETTINGS, longest_stop

UNIT = DEPLOY / "systemd/chunk-service.service"
ANALYZE = shutil.which("systemd-analyze")


@pytest.fixture
def service() -> dict[str, list[str]]:
    """Names of the section [Service] with all their values, in order."""
    text = UNIT.read_text().partition("[Service]\n")[2].partition("\n[")[0]
    told: dict[str, list[str]] = {}
    for name, value in re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE):
        told.setdefault(name, []).append(value)
    return told


@pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not here")
def test_systemd_takes_it(tmp_path: Path) -> None:
    """With programs that are there, and a user that is."""
    assert ANALYZE is not None
    text = UNIT.read_text().replace("/opt/chunk-service/bin/chunk-service", "/bin/true")
    unit = tmp_path / UNIT.name
    unit.write_text(text.replace("=chunk-service\n", "=root\n"))
    ended = subprocess.run(
        [ANALYZE, "verify", "--man=no", unit], capture_output=True, text=True, check=False
    )
    ours = [line for line in ended.stderr.splitlines() if UNIT.name in line]
    assert (ended.returncode, ours) == (0, [])


def test_it_has_its_sections() -> None:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.read_string(UNIT.read_text())
    assert parser.sections() == ["Unit", "Service", "Install"]


def test_it_has_the_time_to_stop_in(service: dict[str, list[str]]) -> None:
    (allowed,) = service["TimeoutStopSec"]
    assert parse_duration(allowed) > longest_stop() + timedelta(seconds=10)
    assert service["KillMode"] == ["mixed"]


def test_the_schema_comes_first_and_the_commands_are_ours(service: dict[str, list[str]]) -> None:
    commands = [shlex.split(service[name][0])[1:] for name in ("ExecStartPre", "ExecStart")]
    assert commands == [["migrate", "up"], ["serve"]]


def test_the_spool_is_the_units_own_folder(service: dict[str, list[str]]) -> None:
    environment = dict(each.split("=", 1) for each in service["Environment"])
    assert set(environment) - {"PYTHONUNBUFFERED"} <= SETTINGS
    folders = [f"/var/lib/{each}" for each in service["StateDirectory"][0].split()]
    assert environment["LOCAL_TEMP_CHUNK_PATH"] in folders


def test_it_is_no_root_and_may_write_nothing_else(service: dict[str, list[str]]) -> None:
    assert service["User"] == ["chunk-service"]
    assert service["ProtectSystem"] == ["strict"]
    assert service["CapabilityBoundingSet"] == [""]
    assert "ReadWritePaths" not in service
