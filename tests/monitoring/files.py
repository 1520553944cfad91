"""What is shipped for Prometheus and Grafana, as the tests read it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "monitoring"
RULES = FOLDER / "alerts.yml"
RUNBOOK = ROOT / "docs" / "operations.md"


@dataclass(frozen=True, slots=True)
class Alert:
    name: str
    expression: str
    annotations: Mapping[str, str]


def alerts() -> list[Alert]:
    document = yaml.safe_load(RULES.read_text())
    return [
        Alert(rule["alert"], rule["expr"], rule["annotations"])
        for group in document["groups"]
        for rule in group["rules"]
    ]


def panels() -> list[dict[str, Any]]:
    document = json.loads((FOLDER / "dashboard.json").read_text())
    return list(document["panels"])


def dashboard_expressions() -> Iterator[str]:
    for panel in panels():
        for target in panel.get("targets", ()):
            yield target["expr"]
