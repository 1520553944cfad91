"""`chunk-service ls`, `search` and `rm`: an owner's files, by the API."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chunk_service.cli.transfers.connection import (
    GIVE_UP_SOON,
    AsJson,
    Connection,
    GiveUpAfter,
    Token,
    TokenCommand,
    TokenFile,
    Url,
    end_with,
)

if TYPE_CHECKING:
    from chunk_service.client.service import Client

Keys = Annotated[list[str], typer.Argument(help="Keys of files, as `ls` shows them.")]
Most = Annotated[int, typer.Option(help="The most that is listed.", min=1)]


def ls(
    *,
    limit: Most = 100,
    as_json: AsJson = False,
    url: Url = None,
    token: Token = None,
    token_file: TokenFile = None,
    token_command: TokenCommand = None,
    give_up_after: GiveUpAfter = GIVE_UP_SOON,
) -> None:
    """List the files of the token's owner, newest first."""
    connection = Connection(url, token, token_file, token_command, give_up_after)
    _list(connection, {}, limit=limit, as_json=as_json)


def search(
    words: Annotated[
        list[str] | None, typer.Argument(help="Words that the name holds, all of them.")
    ] = None,
    *,
    content_type: Annotated[str | None, typer.Option(help="audio/mpeg, or audio/*.")] = None,
    since: Annotated[str | None, typer.Option(help="Stored then or later: 2026-11-21.")] = None,
    until: Annotated[str | None, typer.Option(help="Stored before.")] = None,
    min_size: Annotated[int | None, typer.Option(help="Bytes.", min=0)] = None,
    max_size: Annotated[int | None, typer.Option(help="Bytes.", min=0)] = None,
    metadata: Annotated[
        str | None, typer.Option(help='JSON, all of which the file has: {"take":"2"}.')
    ] = None,
    limit: Most = 100,
    as_json: AsJson = False,
    url: Url = None,
    token: Token = None,
    token_file: TokenFile = None,
    token_command: TokenCommand = None,
    give_up_after: GiveUpAfter = GIVE_UP_SOON,
) -> None:
    """List the files that meet all conditions, newest first."""
    conditions = {
        "q": " ".join(words or []) or None,
        "content_type": content_type,
        "since": since,
        "until": until,
        "min_size": min_size,
        "max_size": max_size,
        "metadata": metadata,
    }
    given = {name: value for name, value in conditions.items() if value is not None}
    connection = Connection(url, token, token_file, token_command, give_up_after)
    _list(connection, given, limit=limit, as_json=as_json)


def rm(
    keys: Keys,
    *,
    url: Url = None,
    token: Token = None,
    token_file: TokenFile = None,
    token_command: TokenCommand = None,
    give_up_after: GiveUpAfter = GIVE_UP_SOON,
) -> None:
    """Delete files. One that can't be deleted does not stop the others."""
    from chunk_service.client.errors import ClientError

    failures: list[ClientError] = []

    async def work(client: "Client") -> None:
        for key in keys:
            try:
                await client.files.delete(key)
            except ClientError as error:
                typer.echo(f"✗ {key}: {error}", err=True)
                failures.append(error)

    Connection(url, token, token_file, token_command, give_up_after).run(work)
    end_with(failures)


def _list(
    connection: Connection, conditions: Mapping[str, str | int], *, limit: int, as_json: bool
) -> None:
    from chunk_service.cli.transfers.tables import print_files

    documents: list[Mapping[str, Any]] = []

    async def work(client: "Client") -> None:
        async for file in client.files.find(conditions):
            documents.append(file.document)
            if len(documents) > limit:
                break

    connection.run(work)
    if as_json:
        typer.echo(json.dumps(documents[:limit]))
    else:
        print_files(documents[:limit])
    if len(documents) > limit:
        typer.echo(f"There are more than these {limit}: see --limit.", err=True)
