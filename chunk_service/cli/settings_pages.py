"""The texts of `.env.example` and `docs/settings.md`, made from the settings themselves."""

from collections.abc import Iterator
from inspect import cleandoc
from typing import Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from chunk_service.settings.group import SettingsGroup
from chunk_service.settings.model import GROUPS
from chunk_service.settings.other_names import other_name_of

_INTRODUCTION = """\
# Settings

Read from the environment and from a file `.env` in the working folder, once, at start; the
environment wins, and an empty variable counts as unset. Everything that is wrong or missing is
reported at once, by name; so are two names of one setting that are set to different values. Sizes
are bytes or carry a unit (`8388608`, `8MiB`, `20GiB`), durations are seconds or carry one (`90`,
`15m`, `24h`, `7d`).

<!-- Written by `chunk-service generate` from chunk_service/settings: change it there. -->
"""
_EXAMPLE_HEADER = """\
# Copy to .env and fill in; docs/settings.md tells more. What is commented out has a default.
# Written by `chunk-service generate`.
"""


def settings_page() -> str:
    return "\n".join([_INTRODUCTION, *(_section(group) for group in GROUPS)])


def env_example() -> str:
    return "\n".join([_EXAMPLE_HEADER, *(_example_block(group) for group in GROUPS)])


def _section(group: type[SettingsGroup]) -> str:
    head = f"## {_heading(group)}\n\n| name | default | meaning |\n| --- | --- | --- |\n"
    return head + "".join(_row(name, field) for name, field in _fields(group))


def _row(name: str, field: FieldInfo) -> str:
    meaning = f"{field.description}{_choices(field)}{_other_name(field)}".replace("|", "\\|")
    return f"| `{name}` | {_default(field)} | {meaning} |\n"


def _example_block(group: type[SettingsGroup]) -> str:
    lines = [_example_line(name, field) for name, field in _fields(group)]
    return f"# {_heading(group)}\n{''.join(lines)}"


def _example_line(name: str, field: FieldInfo) -> str:
    other_name = other_name_of(field)
    # On a line of its own: not every reader of such files knows comments behind values.
    remark = f"# {other_name} is another name for:\n" if other_name else ""
    return f"{remark}{_prefix(field)}{name}={_example(field)}\n"


def _fields(group: type[SettingsGroup]) -> Iterator[tuple[str, FieldInfo]]:
    return ((name.upper(), field) for name, field in group.model_fields.items())


def _heading(group: type[SettingsGroup]) -> str:
    return cleandoc(group.__doc__ or group.__name__)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**required**"
    if unset := _shown(field, "unset"):
        return f"unset: {unset}"
    return "unset" if field.default is None else f"`{_written(field.default)}`"


def _prefix(field: FieldInfo) -> str:
    return "" if field.is_required() else "# "


def _example(field: FieldInfo) -> str:
    default = "" if field.default is None else _written(field.default)
    return _shown(field, "example") or ("" if field.is_required() else default)


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _choices(field: FieldInfo) -> str:
    if get_origin(field.annotation) is not Literal:
        return ""
    return " One of " + ", ".join(f"`{choice}`" for choice in get_args(field.annotation)) + "."


def _other_name(field: FieldInfo) -> str:
    other_name = other_name_of(field)
    return f" Another name for it is `{other_name}`." if other_name else ""


def _shown(field: FieldInfo, key: str) -> str | None:
    extra = field.json_schema_extra
    value = extra.get(key) if isinstance(extra, dict) else None
    return value if isinstance(value, str) else None
