"""Settings that have a second name: that of another service, whose operators keep their variables.

Each name is looked up by itself, in the environment and then in the file; what they say must agree.
Which of two values is meant cannot be known, so two of them are a fault of the setting.
"""

from collections.abc import Mapping
from enum import Enum

from pydantic.fields import FieldInfo


class Contradiction(Enum):
    """Stands in for the value of a setting whose two names were given different ones."""

    VALUES = "both names are set, to different values; set one of them"


def other_name_of(field: FieldInfo) -> str | None:
    extra = field.json_schema_extra
    name = extra.get("other_name") if isinstance(extra, dict) else None
    return name if isinstance(name, str) else None


def by_other_names(
    fields: Mapping[str, FieldInfo], given: Mapping[str, str | None]
) -> dict[str, str | Contradiction]:
    """The settings that are given by their second name; `given` has names in lower case."""
    found: dict[str, str | Contradiction] = {}
    for name, field in fields.items():
        other_name = other_name_of(field)
        value = given.get(other_name.lower()) if other_name else None
        if other_name and value:
            is_agreed = given.get(name) in (None, value)
            found[name] = value if is_agreed else Contradiction.VALUES
    return found
