"""What every group of settings shares: where values come from and how faults are told.

A group is a class of fields that belong together; its docstring is its heading in
`docs/settings.md`. `Settings` (model.py) inherits them all, and a command that needs one group
only (migrations need the database) can read that alone.
"""

from typing import Any

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class SettingsGroup(BaseSettings):
    model_config = SettingsConfigDict(
        frozen=True,
        extra="ignore",
        env_ignore_empty=True,
        env_file_encoding="utf-8",
        validate_default=True,
        hide_input_in_errors=True,
    )


def setting(
    description: str,
    *,
    default: object = ...,
    example: str | None = None,
    unset: str | None = None,
    **bounds: Any,  # noqa: ANN401 - handed on to pydantic, which checks them
) -> Any:  # noqa: ANN401 - like pydantic's Field: the annotation is the field's type
    """One field; `default` as an operator would write it.

    `example` fills `.env.example`, `unset` says in words what no value means.
    """
    shown = {"example": example, "unset": unset}
    return Field(default, description=description, json_schema_extra=dict(shown), **bounds)
