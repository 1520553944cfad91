"""Variables that OpenTelemetry's SDK reads itself, from the environment only: those of .env too."""

import os
from pathlib import Path
from typing import Final

from dotenv import dotenv_values

from chunk_service.settings.loading import ENV_FILE

_PREFIX: Final = "OTEL_"


def hand_on_otel_variables(env_file: Path = ENV_FILE) -> None:
    """To the environment of this process and its children, which wins over the file."""
    for name, value in dotenv_values(env_file).items():
        if name.startswith(_PREFIX) and value:
            os.environ.setdefault(name, value)
