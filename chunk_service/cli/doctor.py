"""`chunk-service doctor`: everything that the service stands on, tried out, one line each."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Annotated

import typer

from chunk_service.cli.endings import FAILED, settings_checked
from chunk_service.log import configure_logging
from chunk_service.settings.loading import load_settings, misspelt_settings
from chunk_service.settings.model import Settings

if TYPE_CHECKING:
    from chunk_service.domain.findings import Finding


def doctor(
    *,
    as_json: Annotated[
        bool, typer.Option("--json", help="For scripts: one object a line.")
    ] = False,
) -> None:
    """Try everything that the service stands on, and say what is wrong and what to do.

    Objects of its own are written to the bucket and removed again; no event and no mail is sent.
    Exit code 1 where something is at fault; warnings alone are 0.
    """
    from chunk_service.domain.findings import Verdict

    with settings_checked():
        settings = load_settings()
    if Verdict.FAULT in asyncio.run(_examined(settings, as_json=as_json)):
        raise typer.Exit(FAILED)


async def _examined(settings: Settings, *, as_json: bool) -> set[str]:
    # Findings say it: what parts log on the way would be said twice.
    configure_logging(level="critical", fmt=settings.log_format)
    found: set[str] = set()
    async for finding in _findings(settings):
        found.add(finding.verdict)
        _show(finding, as_json=as_json)
    return found


async def _findings(settings: Settings) -> "AsyncIterator[Finding]":
    from chunk_service.domain.findings import doubtful, sound
    from chunk_service.wiring.doctor.examine import examine

    misspelt = misspelt_settings()
    for each in misspelt:
        yield doubtful("settings", str(each), "Correct its name, or take it away.")
    if not misspelt:
        yield sound("settings", "all can be read")
    yield await asyncio.to_thread(_schema, settings)
    async for finding in examine(settings):
        yield finding


def _schema(settings: Settings) -> "Finding":
    from chunk_service.cli.migrations import DatabaseUnreachableError, schema_version
    from chunk_service.domain.findings import doubtful, faulty, sound

    try:
        version = schema_version(settings.database_url.get_secret_value())
    except DatabaseUnreachableError as error:
        return faulty("database.schema", str(error), "Look at DATABASE_URL and at PostgreSQL.")
    if version.is_behind:
        said = f"is at {version.current or 'nothing'}, this release wants {version.newest}"
        return faulty("database.schema", said, "Run `chunk-service migrate up`.")
    if not version.is_newest:
        said = f"is at {version.current}, which this release does not know"
        return doubtful("database.schema", said, "Bring this process to the newer release.")
    return sound("database.schema", f"is at {version.newest}, the newest")


def _show(finding: "Finding", *, as_json: bool) -> None:
    from dataclasses import asdict

    if as_json:
        typer.echo(json.dumps(asdict(finding)))
        return
    typer.echo(f"{finding.verdict:<8}{finding.check:<22}{finding.said}")
    if finding.advice:
        typer.echo(f"{'':<30}{finding.advice}")
