"""What the files under `deploy/` must agree with: the defaults of the service, from its code."""

from datetime import timedelta
from pathlib import Path
from typing import Final

from chunk_service.cli import server
from chunk_service.settings.model import Settings
from chunk_service.settings.quantities import parse_duration, parse_size
from chunk_service.wiring.processes import MOST_GRACE_SECONDS

ROOT: Final = Path(__file__).parents[2]
DEPLOY: Final = ROOT / "deploy"
SETTINGS: Final = frozenset(name.upper() for name in Settings.model_fields)


def duration(setting: str) -> timedelta:
    return parse_duration(Settings.model_fields[setting].default)


def size_bytes(setting: str) -> int:
    return parse_size(Settings.model_fields[setting].default)


def longest_stop() -> timedelta:
    """From SIGTERM to the end: requests, then what is relayed or delivered, then the closing."""
    after = timedelta(seconds=MOST_GRACE_SECONDS + server._CLOSING_SECONDS)
    return duration("shutdown_grace") + after
