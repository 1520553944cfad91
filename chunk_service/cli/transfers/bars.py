"""Progress bars: a line for each file that is under way, and one for all of them.

On stderr, so that stdout is the results' alone, and only where that is a terminal.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from chunk_service.client.progress import Advance

_NAME_CHARACTERS = 40
_SPEED_SECONDS = 30


class Bars:
    """`total_bytes` is None where a pipe is among what is sent."""

    def __init__(self, *, total_bytes: int | None, count: int) -> None:
        self._console = Console(stderr=True, highlight=False)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(binary_units=True),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
            speed_estimate_period=_SPEED_SECONDS,
            disable=not self._console.is_terminal,
        )
        self._total: TaskID | None = None
        if count > 1:
            self._total = self._progress.add_task(f"{count} files", total=total_bytes)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._progress.stop()

    @contextmanager
    def bar(self, name: str, *, total_bytes: int | None) -> Iterator[Advance]:
        task = self._progress.add_task(escape(_shortened(name)), total=total_bytes)

        def advance(size_bytes: int) -> None:
            self._progress.advance(task, size_bytes)
            if self._total is not None:
                self._progress.advance(self._total, size_bytes)

        try:
            yield advance
        finally:
            self._progress.remove_task(task)

    def line(self, text: str) -> None:
        """Above the bars; also where there are none."""
        self._console.print(escape(text), soft_wrap=True)


def _shortened(name: str) -> str:
    return name if len(name) <= _NAME_CHARACTERS else f"…{name[1 - _NAME_CHARACTERS :]}"
