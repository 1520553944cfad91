"""`chunk-service`: the list of commands, each in a file of its own.

Those files import what is heavy inside their functions, so that `--help` is quick and `serve` pays
for nothing it does not use.
"""

from importlib.metadata import version
from typing import Annotated

import typer

from chunk_service.cli.demo import demo
from chunk_service.cli.doctor import doctor
from chunk_service.cli.download import download
from chunk_service.cli.drain import drain
from chunk_service.cli.events import app as events
from chunk_service.cli.generate import generate
from chunk_service.cli.migrate import app as migrate
from chunk_service.cli.remote_files import ls, rm, search
from chunk_service.cli.retention import app as retention
from chunk_service.cli.run_stack import run
from chunk_service.cli.serve import serve
from chunk_service.cli.share import share
from chunk_service.cli.spool import app as spool
from chunk_service.cli.sweep import sweep
from chunk_service.cli.token import token
from chunk_service.cli.upload import upload
from chunk_service.cli.uploads import app as uploads
from chunk_service.cli.worker import worker

_NAME = "chunk-service"
_FILES = "Files, by the API of a service that runs"
_DEVELOPMENT = "Development"

app = typer.Typer(
    name=_NAME,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
    help="An upload relay: numbered chunks in over HTTP, one S3 object out, the main service "
    "told.\n\nSettings come from the environment or from .env: docs/settings.md.",
)


def _tell_version(is_asked: bool) -> None:  # noqa: FBT001 - as Typer calls it
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


app.command()(serve)
app.command()(worker)
app.add_typer(migrate, name="migrate")
app.command()(doctor)
app.command()(sweep)
app.add_typer(spool, name="spool")
app.command()(drain)
app.add_typer(uploads, name="uploads")
app.add_typer(events, name="events")
app.add_typer(retention, name="retention")
app.command()(token)
app.command(rich_help_panel=_FILES)(upload)
app.command(rich_help_panel=_FILES)(download)
app.command(rich_help_panel=_FILES)(ls)
app.command(rich_help_panel=_FILES)(search)
app.command(rich_help_panel=_FILES)(rm)
app.command(rich_help_panel=_FILES)(share)
app.command(rich_help_panel=_DEVELOPMENT)(demo)
app.command(rich_help_panel=_DEVELOPMENT)(run)
app.command(rich_help_panel=_DEVELOPMENT)(generate)
