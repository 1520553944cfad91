"""Which service a command talks to, as whom, and how its failures become exit codes.

Options come before the environment. 3 and 4 tell scripts that the same command, run again, goes on.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final
from urllib.parse import urlsplit

import typer

from chunk_service.cli.endings import FAILED, MISUSED, end
from chunk_service.settings.quantities import parse_duration

if TYPE_CHECKING:
    from chunk_service.client.service import Client
    from chunk_service.client.tokens import Tokens

GAVE_UP: Final = 3
TOKEN_REFUSED: Final = 4
INTERRUPTED: Final = 130

_PANEL: Final = "Service"

Url = Annotated[
    str | None,
    typer.Option(help="Its address; CHUNK_SERVICE_URL.", rich_help_panel=_PANEL),
]
Token = Annotated[
    str | None,
    typer.Option(
        help="A token of the main service; CHUNK_SERVICE_TOKEN, which other users of the machine "
        "do not see.",
        rich_help_panel=_PANEL,
    ),
]
TokenFile = Annotated[
    Path | None,
    typer.Option(
        help="A file with the token, read again when that was refused; CHUNK_SERVICE_TOKEN_FILE.",
        rich_help_panel=_PANEL,
    ),
]
TokenCommand = Annotated[
    str | None,
    typer.Option(
        help="A command of the shell that prints a token, run again when that was refused; "
        "CHUNK_SERVICE_TOKEN_COMMAND.",
        rich_help_panel=_PANEL,
    ),
]
GiveUpAfter = Annotated[
    str,
    typer.Option(
        help="How long a request is repeated before that is given up: 90, 15m, 24h.",
        rich_help_panel=_PANEL,
    ),
]
GIVE_UP_AFTER: Final = "10m"
GIVE_UP_SOON: Final = "1m"
AsJson = Annotated[bool, typer.Option("--json", help="For scripts.")]


@dataclass(frozen=True, slots=True)
class Connection:
    """As the options say; what they leave out comes from the environment."""

    url: str | None
    token: str | None = None
    token_file: Path | None = None
    token_command: str | None = None
    give_up_after: str = GIVE_UP_AFTER
    parallel: int = 4

    def run(
        self,
        work: Callable[["Client"], Awaitable[None]],
        *,
        when_interrupted: str = "Interrupted.",
    ) -> None:
        """Do it, or end the command with a message."""
        from chunk_service.client.errors import ClientError

        try:
            asyncio.run(self._work(work))
        except ClientError as error:
            end(f"{error}", code=exit_code_of(error))
        except KeyboardInterrupt:
            end(when_interrupted, code=INTERRUPTED)

    async def _work(self, work: Callable[["Client"], Awaitable[None]]) -> None:
        from chunk_service.client.patience import Patience
        from chunk_service.client.service import Client, Options

        patience = Patience(give_up_after_seconds=self._give_up_after_seconds)
        options = Options(parallel=self.parallel, patience=patience, tell=_tell)
        async with Client.open(self._url, self._tokens, options) as client:
            await work(client)

    @property
    def _url(self) -> str:
        url = self.url or os.environ.get("CHUNK_SERVICE_URL", "")
        if not _is_address(url):
            end("--url or CHUNK_SERVICE_URL must be the service's http(s) address.", code=MISUSED)
        return url.rstrip("/")

    @property
    def _give_up_after_seconds(self) -> float:
        try:
            return parse_duration(self.give_up_after).total_seconds()
        except ValueError as error:
            end(f"--give-up-after: {error}", code=MISUSED)

    @property
    def _tokens(self) -> "Tokens":
        """Of an option if there is one; of the environment otherwise."""
        named = (self.token, self.token_file, self.token_command)
        if any(named):
            return _tokens_of(*named)
        file = os.environ.get("CHUNK_SERVICE_TOKEN_FILE")
        return _tokens_of(
            os.environ.get("CHUNK_SERVICE_TOKEN"),
            Path(file) if file else None,
            os.environ.get("CHUNK_SERVICE_TOKEN_COMMAND"),
        )


def _tell(sentence: str) -> None:
    typer.echo(sentence, err=True)


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        # Reading the port judges it.
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def end_with(failures: Sequence[Exception]) -> None:
    """End the command by the weightiest of them, if there is one."""
    codes = {exit_code_of(error) for error in failures}
    for code in (FAILED, TOKEN_REFUSED, GAVE_UP):
        if code in codes:
            raise typer.Exit(code)


def exit_code_of(error: Exception) -> int:
    from chunk_service.client.errors import GaveUp, TokenRefused

    match error:
        case GaveUp():
            return GAVE_UP
        case TokenRefused():
            return TOKEN_REFUSED
        case _:
            return FAILED


def _tokens_of(token: str | None, file: Path | None, command: str | None) -> "Tokens":
    from chunk_service.client.tokens import Tokens

    if sum(each is not None and each != "" for each in (token, file, command)) != 1:
        end(
            "Give one of --token, --token-file and --token-command, or set one of "
            "CHUNK_SERVICE_TOKEN, CHUNK_SERVICE_TOKEN_FILE and CHUNK_SERVICE_TOKEN_COMMAND.",
            code=MISUSED,
        )
    if file is not None:
        return Tokens.of_file(file)
    return Tokens.of_command(command) if command else Tokens.fixed(token or "")
