"""How a command ends badly: one message on stderr and an exit code, never a traceback.

2 stands for wrong settings or arguments, 1 for everything else that was foreseen.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer

FAILED = 1
MISUSED = 2


def end(message: str, *, code: int = FAILED) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(code)


@contextmanager
def settings_checked() -> Iterator[None]:
    """Around the reading of settings: what is wrong with them is the whole message."""
    from chunk_service.settings.loading import SettingsError

    try:
        yield
    except SettingsError as error:
        end(str(error), code=MISUSED)


@contextmanager
def development_only() -> Iterator[None]:
    """Around what a plain installation has no parts for."""
    try:
        yield
    except ModuleNotFoundError as error:
        end(f"This command needs requirements-dev.txt to be installed: {error.name} is missing.")
