"""`chunk-service sweep`: make spool and rows agree now, instead of at the next round."""

import asyncio
from typing import Annotated

import typer

from chunk_service.cli.endings import end, settings_checked
from chunk_service.cli.logs import start_logs
from chunk_service.cli.preflight import start_fault
from chunk_service.settings.loading import load_settings
from chunk_service.settings.model import Settings


def sweep(
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be done.")
    ] = False,
    after_restore: Annotated[
        bool,
        typer.Option(
            "--after-restore",
            help="The database was restored or replaced: take back what the spool and the bucket "
            "have and it forgot, then trust it again.",
        ),
    ] = False,
) -> None:
    """Remove files that no row names, and report chunks whose files are gone.

    The service does the same by itself, at start and every minute, except after the database was
    restored: then nothing is removed until this was run with --after-restore.
    """
    if dry_run and after_restore:
        end("--dry-run and --after-restore exclude each other.", code=2)
    with settings_checked():
        settings = load_settings()
    start_logs(settings)
    fault = start_fault(settings)
    if fault is not None:
        end(f"The sweep can't start: {fault}")
    asyncio.run(_sweep(settings, dry_run=dry_run, after_restore=after_restore))


async def _sweep(settings: Settings, *, dry_run: bool, after_restore: bool) -> None:
    from chunk_service.wiring.opening import open_parts
    from chunk_service.wiring.rows import rows_over
    from chunk_service.wiring.use_cases import use_cases_over

    async with open_parts(settings) as opened:
        use_cases = use_cases_over(opened, rows_over(opened))
        if after_restore:
            chunks, objects = await use_cases.adopt()
            typer.echo(f"adopted: {chunks} chunks, {objects} objects")
        report = await (use_cases.sweep.look() if dry_run else use_cases.sweep())
    verb = "found" if dry_run else "mended"
    typer.echo(
        f"{verb}: {len(report.lapsed_reservations)} lapsed reservations, "
        f"{len(report.unnamed_files)} files without rows, "
        f"{len(report.lost_chunks)} rows without files"
    )
