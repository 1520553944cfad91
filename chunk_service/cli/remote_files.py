"""`chunk-service ls`, `search`, `rm` and `share`: an owner's files, by the API."""

import json
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chunk_service.cli.endings import MISUSED, end
from chunk_service.cli.transfers.connection import (
    AsJson,
    Connection,
    Token,
    TokenCommand,
    TokenFile,
    Url,
)
from chunk_service.settings.quantities import parse_duration

if TYPE_CHECKING:
    from chunk_service.client.service import Client

_WIDTH_COLUMNS = 2000

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
) -> None:
    """List the files of the token's owner, newest first."""
    connection = Connection(url, token, token_file, token_command)
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
    connection = Connection(url, token, token_file, token_command)
    _list(connection, given, limit=limit, as_json=as_json)


def rm(
    keys: Keys,
    *,
    url: Url = None,
    token: Token = None,
    token_file: TokenFile = None,
    token_command: TokenCommand = None,
) -> None:
    """Delete files."""

    async def work(client: "Client") -> None:
        for key in keys:
            await client.files.delete(key)

    Connection(url, token, token_file, token_command).run(work)


def share(
    key: Annotated[str, typer.Argument(help="The file's key, as `ls` shows it.")],
    *,
    expires_in: Annotated[
        str | None, typer.Option(help="When the link ends: 90, 15m, 24h, 7d.")
    ] = None,
    max_downloads: Annotated[
        int | None, typer.Option(help="How many downloads are granted.", min=1)
    ] = None,
    ask_password: Annotated[
        bool, typer.Option("--password", help="Ask for a password that the link then needs.")
    ] = False,
    as_json: AsJson = False,
    url: Url = None,
    token: Token = None,
    token_file: TokenFile = None,
    token_command: TokenCommand = None,
) -> None:
    """Make a link to a file for who has no token, and print it: it is shown this once."""
    from chunk_service.client.files import ShareWish

    wish = ShareWish(
        expires_in_seconds=None if expires_in is None else _seconds(expires_in),
        max_downloads=max_downloads,
        password=_password() if ask_password else None,
    )

    async def work(client: "Client") -> None:
        made = await client.files.share(key, wish)
        typer.echo(json.dumps(made) if as_json else made["url"])

    Connection(url, token, token_file, token_command).run(work)


def _list(
    connection: Connection, conditions: Mapping[str, str | int], *, limit: int, as_json: bool
) -> None:
    documents: list[Mapping[str, Any]] = []

    async def work(client: "Client") -> None:
        async for file in client.files.find(conditions):
            documents.append(file.document)
            if len(documents) == limit:
                break

    connection.run(work)
    if as_json:
        typer.echo(json.dumps(documents))
    else:
        _print(documents)


def _print(documents: list[Mapping[str, Any]]) -> None:
    from rich.console import Console
    from rich.filesize import decimal
    from rich.markup import escape
    from rich.table import Table

    # Keys are to be copied: the terminal may wrap a line, nothing may be cut out of one.
    console = Console(highlight=False, width=_WIDTH_COLUMNS)
    table = Table("name", "size", "stored", "key", box=None)
    for each in documents:
        table.add_row(
            escape(each["name"]), decimal(each["size"]), each["last_modified"], escape(each["key"])
        )
    console.print(table, soft_wrap=True)


def _seconds(text: str) -> int:
    try:
        return int(parse_duration(text).total_seconds())
    except ValueError as error:
        end(f"--expires-in: {error}", code=MISUSED)


def _password() -> str:
    """At a terminal twice and unseen; otherwise a line of the input."""
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\n")
