"""`chunk-service retention`: what is to be deleted and when, and an operator's word about it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from chunk_service.cli.databases import opened_database
from chunk_service.cli.endings import FAILED, end, settings_checked
from chunk_service.cli.logs import start_logs
from chunk_service.settings.loading import load_settings

if TYPE_CHECKING:
    from chunk_service.usecases.retire_files import Retired
    from chunk_service.wiring.retention import RetentionDesk

T = TypeVar("T")
app = typer.Typer(no_args_is_help=True, help="Files whose time is over: what goes, and what stays.")

AsJson = Annotated[bool, typer.Option("--json", help="For scripts.")]
Key = Annotated[str, typer.Argument(help="The file's key.")]


@app.command("list")
def list_due(
    *,
    limit: Annotated[int, typer.Option(help="The most that is listed.", min=1, max=100_000)] = 50,
    as_json: AsJson = False,
) -> None:
    """List the files that are due: since when, when they will be deleted, or why not."""
    from chunk_service.cli.retention_tables import print_due

    print_due(_ask(lambda desk: desk.review(limit)), as_json=as_json)


@app.command()
def run(
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be done.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Mark what is due and delete what was marked long enough ago, as a worker does every hour."""
    from chunk_service.cli.retention_tables import print_run

    done = _ask(lambda desk: desk.retire.look() if dry_run else desk.retire())
    print_run(done, verb="would be" if dry_run else "were", as_json=as_json)
    if not _is_well(done):
        raise typer.Exit(FAILED)


@app.command()
def confirm(
    batch: Annotated[str, typer.Argument(help="As the refusal, or `run --dry-run`, names it.")],
) -> None:
    """Let the next run delete a bulk that was refused: these very files, within three hours."""
    files = _ask(lambda desk: desk.review.confirm(batch))
    typer.echo(f"{files} files go with the next run, within three hours.")


@app.command()
def hold(key: Key) -> None:
    """Let nobody delete a file, neither its owner nor retention."""
    _ask(lambda desk: desk.holds(key))
    typer.echo("Held.")


@app.command()
def release(key: Key) -> None:
    """Let a held file be deleted again; where it is due, it has the whole grace."""
    _ask(lambda desk: desk.holds.release(key))
    typer.echo("Released.")


def _is_well(done: "Retired") -> bool:
    return not done.refused and not done.waits


def _ask(question: "Callable[[RetentionDesk], Awaitable[T]]") -> T:
    return asyncio.run(_asked(question))


async def _asked(question: "Callable[[RetentionDesk], Awaitable[T]]") -> T:
    from chunk_service.domain.errors import Refused
    from chunk_service.wiring.retention import retention_desk

    with settings_checked():
        settings = load_settings()
    start_logs(settings)
    async with opened_database(settings) as database:
        try:
            return await question(retention_desk(settings, database))
        except Refused as refusal:
            end(refusal.detail)
