"""The text of `docs/cli.md`: what `--help` says, for every command and the ones below it.

Typer's plain help, not the boxes of a terminal: the page must not depend on where it was written.
"""

from collections.abc import Iterator

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from chunk_service.cli.main import app

_WIDTH_COLUMNS = 96
_INTRODUCTION = """\
# Commands

What `--help` says, for all of them. In a container they follow the image's name:
`docker run chunk-service migrate up`. Exit codes: 0 when it went well, 1 when it did not, 2 when
settings or arguments are wrong; `upload` and its like have more, and tell them.

<!-- Written by `chunk-service generate` from chunk_service/cli: change it there. -->
"""


def commands_page() -> str:
    root = get_command(app)
    return "\n".join([_INTRODUCTION, *_sections(root, "chunk-service", parent=None)])


def _sections(command: object, name: str, *, parent: typer.Context | None) -> Iterator[str]:
    assert isinstance(command, TyperCommand | TyperGroup)
    command.rich_markup_mode = None
    context = typer.Context(
        command,
        info_name=name,
        parent=parent,
        terminal_width=_WIDTH_COLUMNS,
        max_content_width=_WIDTH_COLUMNS,
    )
    yield f"## {context.command_path}\n\n```text\n{context.get_help()}\n```\n"
    if isinstance(command, TyperGroup):
        for below, sub_command in command.commands.items():
            yield from _sections(sub_command, below, parent=context)
