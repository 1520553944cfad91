"""`chunk-service share`: make a link to a file, list the file's links, revoke some of them."""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chunk_service.cli.endings import MISUSED, end
from chunk_service.cli.transfers.connection import (
    GIVE_UP_SOON,
    AsJson,
    Connection,
    GiveUpAfter,
    Token,
    TokenCommand,
    TokenFile,
    Url,
)
from chunk_service.settings.quantities import parse_duration

if TYPE_CHECKING:
    from chunk_service.client.files import ShareWish
    from chunk_service.client.service import Client


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
    is_list: Annotated[
        bool, typer.Option("--list", help="List the links that were made, newest first.")
    ] = False,
    revoked: Annotated[
        list[str] | None,
        typer.Option(
            "--revoke",
            metavar="ID",
            help="End the link of that id, as `--list` shows it; may be given several times.",
        ),
    ] = None,
    as_json: AsJson = False,
    url: Url = None,
    token: Token = None,
    token_file: TokenFile = None,
    token_command: TokenCommand = None,
    give_up_after: GiveUpAfter = GIVE_UP_SOON,
) -> None:
    """Make a link to a file for who has no token, and print it: it is shown this once.

    Or list the links of a file, or end some of them.
    """
    from chunk_service.client.files import ShareWish

    connection = Connection(url, token, token_file, token_command, give_up_after)
    is_wished = expires_in is not None or max_downloads is not None or ask_password
    if is_wished + is_list + bool(revoked) > 1:
        end("--list, --revoke and what a new link is to be do not go together.", code=MISUSED)
    if is_list:
        _list(connection, key, as_json=as_json)
    elif revoked:
        _revoke(connection, key, revoked)
    else:
        wish = ShareWish(
            expires_in_seconds=None if expires_in is None else _seconds(expires_in),
            max_downloads=max_downloads,
            password=_password() if ask_password else None,
        )
        _make(connection, key, wish, as_json=as_json)


def _make(connection: Connection, key: str, wish: "ShareWish", *, as_json: bool) -> None:
    async def work(client: "Client") -> None:
        made = await client.files.share(key, wish)
        typer.echo(json.dumps(made) if as_json else made["url"])

    connection.run(work)


def _list(connection: Connection, key: str, *, as_json: bool) -> None:
    from chunk_service.cli.transfers.tables import print_shares

    documents: list[Mapping[str, Any]] = []

    async def work(client: "Client") -> None:
        documents.extend(await client.shares(key))

    connection.run(work)
    if as_json:
        typer.echo(json.dumps(documents))
    else:
        print_shares(documents)


def _revoke(connection: Connection, key: str, share_ids: Sequence[str]) -> None:
    async def work(client: "Client") -> None:
        for share_id in share_ids:
            await client.files.revoke(key, share_id)

    connection.run(work)


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
