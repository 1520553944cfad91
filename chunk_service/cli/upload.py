"""`chunk-service upload`: files, folders and pipes to the service; again goes on.

How they are sent is the client's business; here is what is asked of it and what is told.
"""

import sys
from pathlib import Path
from typing import Annotated

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
)
from chunk_service.cli.transfers.selection import PIPE
from chunk_service.domain.files import file_id_in


def upload(
    paths: Annotated[
        list[Path], typer.Argument(help="Files and folders; `-` is what comes in by a pipe.")
    ],
    *,
    file_id: Annotated[
        str | None,
        typer.Option(help="Its main_service_file_id, for one file; else one is made up."),
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="Its name there, for one file; else as it is here.")
    ] = None,
    content_type: Annotated[
        str | None, typer.Option(help="Its media type, for one file; else by the name.")
    ] = None,
    metadata: Annotated[
        list[str] | None,
        typer.Option(help="KEY=TEXT, kept with each file; may be given several times."),
    ] = None,
    parallel: Annotated[
        int, typer.Option(help="Chunks that are sent at a time.", min=1, max=64)
    ] = 4,
    as_json: Annotated[
        bool, typer.Option("--json", help="One line of JSON for each file as it ends.")
    ] = False,
    url: Url = None,
    token: Token = None,
    token_file: TokenFile = None,
    token_command: TokenCommand = None,
    give_up_after: GiveUpAfter = GIVE_UP_AFTER,
) -> None:
    """Send files to the service, in chunks and in parallel; the same again goes on.

    What was sent is kept through a crash, a reboot and a token that expires: run the same command
    again. Only which upload belongs to which file is noted, in the user's folder for state. A file
    that changes while it is read is an error. A pipe can't be gone on with.

    Exit codes: 0 when all is stored, 1 when something will never be taken so, 2 when arguments are
    wrong, 3 when it was given up for now and 4 when the token was refused: the same command goes
    on. 130 after Ctrl-C.
    """
    from chunk_service.cli.transfers.sending import send
    from chunk_service.client.wishes import Wish

    wish = Wish(
        file_id=None if file_id is None else file_id_in(file_id),
        name=name,
        content_type=content_type,
        metadata=_members(metadata or []),
    )
    if (file_id or name or content_type) and (len(paths) != 1 or paths[0].is_dir()):
        end("--file-id, --name and --content-type are for one file.", code=MISUSED)
    if PIPE in paths and sys.stdin.isatty():
        end("`-` is for a pipe; the input is a terminal.", code=MISUSED)
    connection = Connection(url, token, token_file, token_command, give_up_after, parallel)
    send(connection, paths, wish, as_json=as_json)


def _members(texts: list[str]) -> dict[str, str]:
    members: dict[str, str] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not key or not equals:
            end(f"--metadata {text}: expected KEY=TEXT.", code=MISUSED)
        members[key] = value
    return members
