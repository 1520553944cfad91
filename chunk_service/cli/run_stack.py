"""`chunk-service run`, that is `make run`: the development stack, until Ctrl-C.

The parts are in `cli/stack`; here is what a person sees.
"""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chunk_service.cli.endings import development_only, end

if TYPE_CHECKING:
    from chunk_service.cli.stack.development import DevelopmentStack

_WATCH_SECONDS = 0.5


def run(
    folder: Annotated[Path, typer.Option(help="Where its data, keys and logs lie.")] = Path(
        ".local"
    ),
    settings: Annotated[
        Path | None,
        typer.Option(
            help="More settings of the service, written as in .env: such as "
            "MAIN_SERVICE_JWKS_URL and WEBHOOK_ENDPOINTS of a main service of yours.",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
) -> None:
    """Run the service with a database, a store and a receiver of its own, until Ctrl-C.

    For development and trials: data and keys are kept in the folder from run to run.
    """
    from chunk_service.cli.stack.errors import StackError
    from chunk_service.cli.stack.interrupts import interruptible

    try:
        with development_only(), interruptible():
            _run(folder, _read(settings))
    except (StackError, OSError) as error:
        end(str(error))
    except KeyboardInterrupt:
        typer.echo("Stopped.")


def _read(settings: Path | None) -> dict[str, str]:
    """What the file sets; a name without a value is passed over, as in .env."""
    from dotenv import dotenv_values

    values = dotenv_values(settings) if settings else {}
    return {name: value for name, value in values.items() if value is not None}


def _run(root: Path, more_settings: dict[str, str]) -> None:
    from chunk_service.cli.stack.development import USUAL_PORTS, development_stack
    from chunk_service.cli.stack.folder import StackFolder
    from chunk_service.cli.stack.welcome import welcome

    folder = StackFolder(root)
    with (
        folder.held(),
        development_stack(
            folder, ports=USUAL_PORTS, tell=_tell, more_settings=more_settings
        ) as stack,
        folder.told(stack.facts),
    ):
        typer.echo(welcome(stack.facts, folder=root))
        _watch(stack)


def _tell(step: str) -> None:
    typer.echo(f"{step} ...", err=True)


def _watch(stack: "DevelopmentStack") -> None:
    """Until a process ends by itself, which is an error, or somebody interrupts."""
    while True:
        for process in stack.processes:
            process.must_be_running()
        time.sleep(_WATCH_SECONDS)
