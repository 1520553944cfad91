"""Retention on a terminal, or as JSON: files that are due, and what a run did."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

import typer
from rich.console import Console
from rich.table import Table

from chunk_service.api.instants import as_rfc3339
from chunk_service.usecases.retire_files import Retired
from chunk_service.usecases.review_retention import DueFile

_RESTORED = (
    "Nothing is deleted: the database was restored or replaced. "
    "See `chunk-service sweep --after-restore`."
)


def print_due(files: Sequence[DueFile], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps([_facts(each) for each in files]))
        return
    table = Table("file", "owner", "due since", "deleted at", "")
    for due in files:
        file = due.file
        gone_at = "" if file.deletion_due_at is None else _moment(file.deletion_due_at)
        table.add_row(file.key, file.owner, _moment(due.due_since), gone_at, due.standing)
    _console().print(table)


def print_run(done: Retired, *, verb: str, as_json: bool) -> None:
    """`verb`: what the files were, or would be."""
    if as_json:
        typer.echo(json.dumps(asdict(done)))
        return
    if done.waits:
        typer.echo(_RESTORED, err=True)
        return
    typer.echo(f"{done.marked} files {verb} marked, {done.deleted} {verb} deleted.")
    if done.refused:
        typer.echo(
            f"{done.refused} files are too many at once; to have them deleted: "
            f"chunk-service retention confirm {done.batch}",
            err=True,
        )


def _facts(due: DueFile) -> dict[str, object]:
    gone_at = due.file.deletion_due_at
    return {
        "key": due.file.key,
        "file_id": str(due.file.id),
        "owner": due.file.owner,
        "due_since": as_rfc3339(due.due_since),
        "deletion_due_at": None if gone_at is None else as_rfc3339(gone_at),
        "standing": due.standing,
    }


def _console() -> Console:
    """As wide as keys need where nobody looks, such as in a pipe."""
    console = Console(markup=False, highlight=False)
    return console if console.is_terminal else Console(width=250, markup=False, highlight=False)


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"
