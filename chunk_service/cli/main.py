"""`chunk-service`, and what it knows without a command.

Files of commands import what is heavy inside their functions, so that `--help` is quick and `serve`
pays for nothing it does not use.
"""

from typing import Annotated

import typer

from chunk_service.cli.commands import CommandGroup

_NAME = "chunk-service"

app = typer.Typer(
    name=_NAME,
    cls=CommandGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
    help="An upload relay: numbered chunks in over HTTP, one S3 object out, the main service "
    "told.\n\nSettings come from the environment or from .env: docs/settings.md.",
)


def _tell_version(is_asked: bool) -> None:  # noqa: FBT001 - as Typer calls it
    from importlib.metadata import version

    if is_asked:
        typer.echo(f"{_NAME} {version(_NAME)}")
        raise typer.Exit


@app.callback()
def _options(
    *,
    _: Annotated[
        bool,
        typer.Option(
            "--version", help="Show the version and exit.", callback=_tell_version, is_eager=True
        ),
    ] = False,
) -> None:
    pass
