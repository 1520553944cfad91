"""`chunk-service demo`, that is `make demo`: the main job on real parts, once.

What happens is in `cli/demonstration`; here is how it is asked for and how it fails.
"""

from pathlib import Path
from typing import Annotated

import typer

from chunk_service.cli.endings import MISUSED, development_only, end


def demo(
    *,
    file: Annotated[
        Path | None, typer.Option(help="What to send; by default 256 MiB of random bytes.")
    ] = None,
    folder: Annotated[Path, typer.Option(help="Where its data and logs lie meanwhile.")] = Path(
        ".local/demo"
    ),
) -> None:
    """Send a file through the service to an S3 store and check everything that is promised.

    Database, store and receiver are started for it and are gone afterwards.
    """
    with development_only():
        from chunk_service.cli.demonstration.run import demonstrate
    from chunk_service.cli.demonstration.failure import DemonstrationError
    from chunk_service.cli.stack.errors import StackError
    from chunk_service.cli.stack.interrupts import interruptible

    source = file.expanduser() if file else None
    if source is not None and not source.is_file():
        end(f"{source} is not a file.", code=MISUSED)
    try:
        with interruptible():
            demonstrate(folder, file=source)
    except (DemonstrationError, StackError, OSError) as failure:
        end(f"The demonstration failed: {failure}\nData and logs are in {folder}.")
    except KeyboardInterrupt:
        end("Interrupted; everything was stopped.")
