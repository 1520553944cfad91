"""What every group of settings shares: where values come from and how faults are told.

A group is a class of fields that belong together; its docstring is its heading in
`docs/settings.md`. `Settings` (model.py) inherits them all, and a command that needs one group
only (migrations need the database) can read that alone.
"""

from typing import Any

from pydantic import Field, field_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from chunk_service.settings.other_names import Contradiction, by_other_names


class SettingsGroup(BaseSettings):
    model_config = SettingsConfigDict(
        frozen=True,
        extra="ignore",
        env_ignore_empty=True,
        env_file_encoding="utf-8",
        validate_default=True,
        hide_input_in_errors=True,
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        given = {**_variables(dotenv_settings), **_variables(env_settings)}
        found = by_other_names(settings_cls.model_fields, given)
        other_names = InitSettingsSource(settings_cls, init_kwargs=dict(found))
        return init_settings, other_names, env_settings, dotenv_settings, file_secret_settings

    @field_validator("*", mode="before")
    @classmethod
    def _said_once(cls, value: object) -> object:
        if isinstance(value, Contradiction):
            raise ValueError(value.value)
        return value


def _variables(source: PydanticBaseSettingsSource) -> dict[str, str | None]:
    """By their names in lower case, without those that are empty."""
    assert isinstance(source, EnvSettingsSource)
    return dict(source.env_vars)


def setting(
    description: str,
    *,
    default: object = ...,
    example: str | None = None,
    unset: str | None = None,
    other_name: str | None = None,
    **bounds: Any,  # noqa: ANN401 - handed on to pydantic, which checks them
) -> Any:  # noqa: ANN401 - like pydantic's Field: the annotation is the field's type
    """One field; `default` as an operator would write it.

    `example` fills `.env.example`, `unset` says in words what no value means, `other_name` is a
    variable that is read as well.
    """
    shown = {"example": example, "unset": unset, "other_name": other_name}
    return Field(default, description=description, json_schema_extra=dict(shown), **bounds)
