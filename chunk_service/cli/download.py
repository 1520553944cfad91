"""`chunk-service download`: files from the service, whole and compared with their checksum."""

from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Annotated

import typer

from chunk_service.cli.endings import MISUSED, end
from chunk_service.cli.transfers.connection import (
    GIVE_UP_AFTER,
    Connection,
    GiveUpAfter,
    Token,
    TokenCommand,
    TokenFile,
    Url,
    end_with,
)

if TYPE_CHECKING:
    from chunk_service.client.files import FileFacts
    from chunk_service.client.service import Client


def download(
    keys: Annotated[list[str], typer.Argument(help="Keys of files, as `ls` shows them.")],
    *,
    to: Annotated[
        Path, typer.Option(help="A folder, or for one file also its path or `-` for stdout.")
    ] = Path(),
    replace: Annotated[bool, typer.Option("--replace", help="Replace what is there.")] = False,
    url: Url = None,
    token: Token = None,
    token_file: TokenFile = None,
    token_command: TokenCommand = None,
    give_up_after: GiveUpAfter = GIVE_UP_AFTER,
) -> None:
    """Fetch files under their own names, and compare them with their checksums.

    Until a file is whole it is called like the target and ends in `.part`; the same again goes on
    with that. A file that can't be fetched does not stop the others. Exit codes are those of
    `upload`.
    """
    from chunk_service.client.errors import ClientError

    is_folder = to.is_dir()
    if len(keys) > 1 and not is_folder:
        end("--to must be a folder for more than one file.", code=MISUSED)
    connection = Connection(url, token, token_file, token_command, give_up_after)
    failures: list[ClientError] = []

    async def work(client: "Client") -> None:
        for key in keys:
            try:
                facts = await client.files.read(key)
                path = to / _name_of(facts) if is_folder else to
                await _fetch(client, facts, path, may_replace=replace)
            except ClientError as error:
                typer.echo(f"✗ {key}: {error}", err=True)
                failures.append(error)

    connection.run(work, when_interrupted="Interrupted; the same command goes on.")
    end_with(failures)


async def _fetch(client: "Client", facts: "FileFacts", path: Path, *, may_replace: bool) -> None:
    from chunk_service.cli.transfers.bars import Bars
    from chunk_service.cli.transfers.selection import PIPE
    from chunk_service.client.sinks import Target, piped

    with Bars(total_bytes=facts.size_bytes, count=1) as bars:
        with bars.bar(facts.name, total_bytes=facts.size_bytes) as advance:
            if path == PIPE:
                output = typer.get_binary_stream("stdout")
                await client.pour(facts, piped(output, facts), advance=advance)
                return
            target = Target(path, may_replace=may_replace)
            await client.pour(facts, target.filled(facts), advance=advance)
        bars.line(f"✓ {facts.name} → {path}")


def _name_of(facts: "FileFacts") -> str:
    """Somebody else chose the name: it must not lead out of the folder, or hide in it."""
    name = PurePath(facts.name.replace("\\", "/")).name.lstrip(".")
    return name or "file"
