"""What a person sees of the demonstration: steps, bars, the notification, the table."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.filesize import decimal
from rich.json import JSON
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.table import Table

from chunk_service.cli.demonstration.source import Advance, SourceFile
from chunk_service.cli.demonstration.transfer import Transferred

_MIB = 1024**2


class Screen:
    """Plain lines where the output is not a terminal."""

    def __init__(self) -> None:
        self._console = Console(highlight=False)

    def step(self, text: str) -> None:
        self._console.print(f"[dim]•[/] {text}", soft_wrap=True)

    def done(self, text: str) -> None:
        self._console.print(f"[green]✓[/] {text}", soft_wrap=True)

    @contextmanager
    def bar(self, text: str, *, total_bytes: int) -> Iterator[Advance]:
        columns = (
            TextColumn("  {task.description}"),
            BarColumn(),
            DownloadColumn(binary_units=True),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
        )
        with Progress(
            *columns,
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        ) as progress:
            task = progress.add_task(text, total=total_bytes)
            yield lambda size_bytes: progress.advance(task, size_bytes)

    def notification(self, body: dict[str, Any]) -> None:
        self.done("the main service was told, and the signature is right:")
        self._console.print(JSON.from_data(body), soft_wrap=True)

    def table(self, source: SourceFile, transferred: Transferred) -> None:
        mebibytes = source.size_bytes / _MIB
        table = Table("size", "seconds", "MiB/s", "completing call")
        table.add_row(
            f"{mebibytes:.1f} MiB ({decimal(source.size_bytes)})",
            f"{transferred.seconds:.2f}",
            f"{mebibytes / transferred.seconds:.0f}",
            f"{transferred.completing_seconds:.3f} s",
        )
        self._console.print(table)
