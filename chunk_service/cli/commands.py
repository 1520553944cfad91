"""The list of commands: each is imported when it is called, or when the help of all is."""

from collections.abc import Callable, Iterator, Mapping
from pkgutil import resolve_name
from typing import Any, Final

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

_FILES = "Files, by the API of a service that runs"
_DEVELOPMENT = "Development"

# Where each is, as `pkgutil.resolve_name` reads it below this package, and in which part of the
# help; a group of commands is called `app` there.
_COMMANDS: Final[Mapping[str, tuple[str, str | None]]] = {
    "serve": ("serve:serve", None),
    "worker": ("worker:worker", None),
    "migrate": ("migrate:app", None),
    "doctor": ("doctor:doctor", None),
    "sweep": ("sweep:sweep", None),
    "spool": ("spool:app", None),
    "drain": ("drain:drain", None),
    "uploads": ("uploads:app", None),
    "events": ("events:app", None),
    "retention": ("retention:app", None),
    "token": ("token:token", None),
    "upload": ("upload:upload", _FILES),
    "download": ("download:download", _FILES),
    "ls": ("remote_files:ls", _FILES),
    "search": ("remote_files:search", _FILES),
    "rm": ("remote_files:rm", _FILES),
    "share": ("share:share", _FILES),
    "demo": ("demo:demo", _DEVELOPMENT),
    "run": ("run_stack:run", _DEVELOPMENT),
    "generate": ("generate:generate", _DEVELOPMENT),
}


class _Commands(Mapping[str, TyperCommand | TyperGroup]):
    def __getitem__(self, name: str) -> TyperCommand | TyperGroup:
        place, panel = _COMMANDS[name]
        command = get_command(_app_of(resolve_name(f"chunk_service.cli.{place}"), panel))
        assert isinstance(command, TyperCommand | TyperGroup)
        command.name = name
        return command

    def __iter__(self) -> Iterator[str]:
        return iter(_COMMANDS)

    def __len__(self) -> int:
        return len(_COMMANDS)


def _app_of(found: typer.Typer | Callable[..., None], panel: str | None) -> typer.Typer:
    if isinstance(found, typer.Typer):
        return found
    alone = typer.Typer(add_completion=False)
    alone.command(rich_help_panel=panel)(found)
    return alone


class CommandGroup(TyperGroup):
    def __init__(self, **settings: Any) -> None:  # noqa: ANN401 - as Typer makes it
        super().__init__(**settings | {"commands": _Commands()})
