"""Files and their links as tables on a terminal, from what the service tells of them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import typer
from rich.console import Console
from rich.filesize import pick_unit_and_suffix
from rich.markup import escape
from rich.table import Table

_WIDTH_COLUMNS = 2000
_UNITS = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"]


def print_files(documents: Sequence[Mapping[str, Any]]) -> None:
    rows = (
        (each["name"], _size(each["size"]), each["last_modified"], each["key"])
        for each in documents
    )
    _print(("name", "size", "stored", "key"), rows, nothing="No files.")


def print_shares(documents: Sequence[Mapping[str, Any]]) -> None:
    rows = (
        (
            each["id"],
            each["state"],
            _of(each["downloads"], each["max_downloads"]),
            each["expires_at"] or "never",
            "yes" if each["has_password"] else "no",
            each["created_at"],
        )
        for each in documents
    )
    titles = ("id", "state", "downloads", "expires", "password", "made")
    _print(titles, rows, nothing="No links.")


def _print(titles: Sequence[str], rows: Iterable[Sequence[str]], *, nothing: str) -> None:
    """Keys are to be copied: the terminal may wrap a line, nothing may be cut out of one."""
    table = Table(*titles, box=None)
    for row in rows:
        table.add_row(*map(escape, row))
    if table.row_count:
        Console(highlight=False, width=_WIDTH_COLUMNS).print(table, soft_wrap=True)
    else:
        typer.echo(nothing, err=True)


def _size(size_bytes: int) -> str:
    """As the progress bars count."""
    unit, suffix = pick_unit_and_suffix(size_bytes, _UNITS, 1024)
    return f"{size_bytes} {suffix}" if unit == 1 else f"{size_bytes / unit:.1f} {suffix}"


def _of(here: int, most: int | None) -> str:
    return str(here) if most is None else f"{here} of {most}"
