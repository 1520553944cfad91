"""`chunk-service serve`: the HTTP API in one or several processes.

Settings are read here first, so that what is wrong with them is one message and not a traceback
from each process. The processes read them again: options of the command reach them as variables.
"""

import os
from typing import Annotated

import structlog
import typer

from chunk_service.cli.endings import end, settings_checked
from chunk_service.cli.logs import start_logs
from chunk_service.cli.metrics_ports import metrics_fault
from chunk_service.cli.otel_variables import hand_on_otel_variables
from chunk_service.cli.preflight import start_fault
from chunk_service.settings.loading import load_settings
from chunk_service.settings.model import Settings

log = structlog.get_logger(__name__)


def serve(
    *,
    host: Annotated[str | None, typer.Option(help="The address to listen on; HOST.")] = None,
    port: Annotated[
        int | None, typer.Option(help="The port to listen on; PORT.", min=0, max=65535)
    ] = None,
    workers: Annotated[int, typer.Option(help="Processes to run.", min=1, max=256)] = 1,
    with_worker: Annotated[
        bool | None,
        typer.Option(
            "--with-worker/--no-with-worker",
            help="Also do the work of `chunk-service worker`; by default when there is one "
            "process. SERVE_WITH_WORKER.",
        ),
    ] = None,
) -> None:
    """Run the HTTP API.

    Everything else comes from settings, in the environment or .env; docs/settings.md lists them.
    All that is wrong with them is told at once, with exit code 2. SIGTERM stops gracefully.
    """
    options = {"HOST": host, "PORT": port, "SERVE_WITH_WORKER": with_worker}
    os.environ.update({name: str(value) for name, value in options.items() if value is not None})
    with settings_checked():
        settings = load_settings()
    if settings.serve_with_worker is None:
        os.environ["SERVE_WITH_WORKER"] = str(workers == 1)
    start_logs(settings)
    hand_on_otel_variables()
    if workers > 1 and settings.metrics_token is not None and settings.metrics_port is None:
        log.warning("metrics of one process at a time: several need METRICS_PORT", workers=workers)
    fault = metrics_fault(settings, processes=workers) or start_fault(settings)
    if fault is not None:
        end(f"The service can't start: {fault}")
    _run(settings, workers=workers)


def _run(settings: Settings, *, workers: int) -> None:
    from chunk_service.cli.server import run_server, server_config
    from chunk_service.cli.supervise import supervise

    config = server_config(settings)
    if workers == 1:
        run_server(config)
    else:
        raise typer.Exit(supervise(config, count=workers, metrics_port=settings.metrics_port))
