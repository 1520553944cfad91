"""`chunk-service migrate`: the operator's door to `migrations.py`."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from chunk_service.cli.endings import end, settings_checked
from chunk_service.settings.loading import load_database_settings

app = typer.Typer(
    no_args_is_help=True,
    help="Bring the database's schema up to date, or see whether it is.\n\n"
    "Only DATABASE_URL is read. Two runners at once are safe: the second one waits, then finds "
    "nothing left to do.",
)


@app.command()
def up(
    revision: Annotated[str, typer.Argument(help="How far to go.")] = "head",
) -> None:
    """Apply the migrations that the database does not have yet."""
    from chunk_service.cli import migrations

    url = _database_url()
    with _faults_told():
        before = migrations.schema_version(url)
        migrations.upgrade(url, revision)
        after = migrations.schema_version(url)
    moved = "was already" if before == after else f"went from {_name(before.current)}, now is"
    typer.echo(f"The database {moved} at {_name(after.current)}.")


@app.command()
def down(
    revision: Annotated[
        str, typer.Argument(help="`-1` for one step back, `base` for all, or a revision.")
    ] = "-1",
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Take migrations back. Tables go, and the data in them."""
    from chunk_service.cli import migrations

    if not yes:
        typer.confirm("Data is lost with the tables. Go on?", abort=True)
    url = _database_url()
    with _faults_told():
        migrations.schema_version(url)
        migrations.downgrade(url, revision)
        after = migrations.schema_version(url)
    typer.echo(f"The database is at {_name(after.current)}.")


@app.command()
def status() -> None:
    """Show the database's revision and the newest one; exit 1 when they differ."""
    from chunk_service.cli import migrations

    url = _database_url()
    with _faults_told():
        version = migrations.schema_version(url)
    typer.echo(f"database: {_name(version.current)}\nnewest:   {version.newest}")
    if not version.is_newest:
        end("The database is not at the newest revision: chunk-service migrate up")


def _database_url() -> str:
    with settings_checked():
        return load_database_settings().database_url.get_secret_value()


def _name(revision: str | None) -> str:
    return revision or "nothing"


@contextmanager
def _faults_told() -> Iterator[None]:
    from alembic.util import CommandError

    from chunk_service.cli.migrations import DatabaseUnreachableError

    try:
        yield
    except (CommandError, DatabaseUnreachableError) as error:
        end(str(error))
