"""Reading settings from the environment and `.env`; all faults are told at once, by name.

The environment wins over the file, an empty variable counts as unset. Messages say what is
expected and never repeat a value: it may be a secret in the wrong place.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from dotenv import dotenv_values
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from chunk_service.settings.database import DatabaseSettings
from chunk_service.settings.group import SettingsGroup
from chunk_service.settings.model import Settings
from chunk_service.settings.other_names import other_name_of
from chunk_service.settings.spelling import Misspelling, misspellings

ENV_FILE = Path(".env")
G = TypeVar("G", bound=SettingsGroup)


class SettingsError(Exception):
    """`str()` of it is for people: one line for each setting that is wrong or missing."""


def load_settings(env_file: Path | None = ENV_FILE) -> Settings:
    return load_group(Settings, env_file=env_file)


def load_database_settings(env_file: Path | None = ENV_FILE) -> DatabaseSettings:
    return load_group(DatabaseSettings, env_file=env_file)


def load_group(
    group: type[G], *, env_file: Path | None = ENV_FILE, given: Mapping[str, str] | None = None
) -> G:
    """Settings, or one group of them; `given` wins over the environment, by attribute.

    SettingsError names everything that is wrong.
    """
    sources: dict[str, Any] = {"_env_file": env_file, **(given or {})}
    try:
        return group(**sources)
    except ValidationError as error:
        faults = _faults(group, error)
    except (OSError, UnicodeDecodeError):
        raise SettingsError(f"The file {env_file} cannot be read as UTF-8 text.") from None
    hints = [f"  {hint}" for hint in misspelt_settings(env_file=env_file)]
    number = "1 setting is" if len(faults) == 1 else f"{len(faults)} settings are"
    # From None: the cause holds the values.
    raise SettingsError("\n".join([f"{number} wrong or missing:", *faults, *hints])) from None


def misspelt_settings(*, env_file: Path | None = ENV_FILE) -> list[Misspelling]:
    """Names in the environment and the file that are nearly settings; worth a warning each."""
    in_file = dotenv_values(env_file) if env_file and env_file.is_file() else {}
    known = {name.upper() for name in Settings.model_fields}
    return misspellings(given={*os.environ, *in_file}, known=known)


def _faults(group: type[SettingsGroup], error: ValidationError) -> list[str]:
    details = error.errors(include_url=False, include_context=True, include_input=False)
    return [_fault(group, detail) for detail in details]


def _fault(group: type[SettingsGroup], detail: ErrorDetails) -> str:
    name = str(detail["loc"][0])
    field = group.model_fields[name]
    other_name = other_name_of(field)
    known_as = f"{name.upper()} (or {other_name})" if other_name else name.upper()
    if detail["type"] == "missing":
        return f"  {known_as} is missing. {field.description}"
    reason = str(detail.get("ctx", {}).get("error", detail["msg"]))
    return f"  {known_as}: {reason}"
