"""The profile `monitoring` of Compose: its parts find each other and their files."""

from pathlib import Path
from typing import Any

import yaml

from tests.deploy.service_numbers import DEPLOY, ROOT

FOLDER = DEPLOY / "monitoring"
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]


def _mounts(name: str) -> dict[str, Path]:
    """Where a container sees which file of ours."""
    mounts = [each.split(":") for each in SERVICES[name]["volumes"] if each.startswith("./")]
    return {inside: ROOT / outside for outside, inside, _ in mounts}


def test_they_run_only_when_they_are_asked_for() -> None:
    profiles = {name: each.get("profiles", []) for name, each in SERVICES.items()}
    monitoring = {name for name, wanted in profiles.items() if wanted == ["monitoring"]}
    assert monitoring == {"prometheus", "grafana"}
    assert not {name for name, wanted in profiles.items() if wanted} - monitoring


def test_what_they_mount_is_there() -> None:
    for name in ("prometheus", "grafana"):
        for path in _mounts(name).values():
            assert path.is_file(), path


def test_prometheus_asks_the_service_where_it_listens() -> None:
    told = yaml.safe_load((FOLDER / "prometheus.yml").read_text())
    (job,) = told["scrape_configs"]
    assert job["job_name"] == "chunk-service"
    (targets,) = [each["targets"] for each in job["static_configs"]]
    asked = dict(target.split(":") for target in targets)
    assert set(asked) == {"service", "worker"}
    for name, port in asked.items():
        environment = SERVICES[name]["environment"]
        assert (environment["METRICS_HOST"], environment["METRICS_PORT"]) == ("0.0.0.0", port)
    rules = {f"/etc/prometheus/{each}" for each in told["rule_files"]}
    assert rules <= set(_mounts("prometheus"))


def test_grafana_asks_prometheus_and_shows_the_dashboard() -> None:
    (source,) = yaml.safe_load((FOLDER / "grafana/datasources.yml").read_text())["datasources"]
    host, port = source["url"].removeprefix("http://").split(":")
    assert f"127.0.0.1:9090:{port}" in SERVICES[host]["ports"]
    (provider,) = yaml.safe_load((FOLDER / "grafana/dashboards.yml").read_text())["providers"]
    seen = [inside for inside in _mounts("grafana") if inside.endswith("/dashboard.json")]
    assert [str(Path(each).parent) for each in seen] == [provider["options"]["path"]]
