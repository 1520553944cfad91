"""`upload` at work: several files at a time, what became of each, and one exit code for all."""

import dataclasses
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, assert_never

import typer

from chunk_service.cli.endings import MISUSED, end
from chunk_service.cli.transfers.bars import Bars
from chunk_service.cli.transfers.connection import Connection, end_with, exit_code_of
from chunk_service.cli.transfers.selection import PIPE, Selected, selected
from chunk_service.client.at_once import all_of
from chunk_service.client.errors import ClientError, Refused
from chunk_service.client.progress import Advance
from chunk_service.client.service import Client
from chunk_service.client.session import Stored
from chunk_service.client.wishes import Wish


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one file: stored, or why not."""

    path: Path
    end: Stored | ClientError

    @property
    def exit_code(self) -> int:
        return exit_code_of(self.end) if isinstance(self.end, ClientError) else 0

    @property
    def text(self) -> str:
        if isinstance(self.end, ClientError):
            return f"✗ {self.path}: {self.end}"
        return f"✓ {self.path} → {self.end.key}"

    @property
    def document(self) -> Mapping[str, Any]:
        match self.end:
            case Stored() as stored:
                members = dataclasses.asdict(stored)
                members["size"] = members.pop("size_bytes")
                return {"path": str(self.path), "status": "stored", **members}
            case Refused() as refused:
                return {**self._failure(refused), "problem": refused.problem.name or None}
            case ClientError() as error:
                return {**self._failure(error), "problem": None}
            case _:
                assert_never(self.end)

    def _failure(self, error: ClientError) -> Mapping[str, Any]:
        return {
            "path": str(self.path),
            "status": "failed",
            "error": str(error),
            "exit_code": self.exit_code,
        }


def send(connection: Connection, paths: Sequence[Path], wish: Wish, *, as_json: bool) -> None:
    """Ends the command where not all is stored."""
    files = _selected(paths)
    if not files:
        typer.echo("There is no file to send.", err=True)
        return
    outcomes: list[Outcome] = []

    async def work(client: Client) -> None:
        with Bars(total_bytes=_total_bytes(files), count=len(files)) as bars:
            sending = _Sending(client, wish, bars, outcomes, as_json=as_json)
            queue = iter(files)
            await all_of(sending.send_from(queue) for _ in range(connection.parallel))

    connection.run(work, when_interrupted=_interrupted(paths))
    end_with([each.end for each in outcomes if isinstance(each.end, ClientError)])


class _Sending:
    def __init__(
        self, client: Client, wish: Wish, bars: Bars, outcomes: list[Outcome], *, as_json: bool
    ) -> None:
        self._client = client
        self._wish = wish
        self._bars = bars
        self._outcomes = outcomes
        self._as_json = as_json

    async def send_from(self, queue: Iterator[Selected]) -> None:
        for file in queue:
            with self._bars.bar(str(file.path), total_bytes=file.size_bytes) as advance:
                self._tell(Outcome(file.path, await self._end_of(file, advance)))

    async def _end_of(self, file: Selected, advance: Advance) -> Stored | ClientError:
        """One file's failure is no reason to stop the others."""
        metadata = {**file.metadata, **self._wish.metadata}
        wish = dataclasses.replace(self._wish, metadata=metadata)
        try:
            if file.path == PIPE:
                return await self._client.upload_pipe(sys.stdin.fileno(), wish, advance=advance)
            return await self._client.upload(file.path, wish, advance=advance)
        except ClientError as error:
            return error

    def _tell(self, outcome: Outcome) -> None:
        self._outcomes.append(outcome)
        if self._as_json:
            sys.stdout.write(json.dumps(outcome.document) + "\n")
            sys.stdout.flush()
        else:
            self._bars.line(outcome.text)


def _selected(paths: Sequence[Path]) -> list[Selected]:
    try:
        return list(selected(paths))
    except OSError as error:
        end(f"{error.filename} cannot be read: {error.strerror}", code=MISUSED)


def _total_bytes(files: Sequence[Selected]) -> int | None:
    sizes = [file.size_bytes for file in files]
    return None if None in sizes else sum(size for size in sizes if size is not None)


def _interrupted(paths: Sequence[Path]) -> str:
    if PIPE in paths:
        return "Interrupted; of a pipe nothing is kept."
    return "Interrupted; what was sent is kept, and the same command goes on."
