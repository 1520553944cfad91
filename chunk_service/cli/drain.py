"""`chunk-service drain`: a spool takes no new uploads, and what it holds is finished."""

import asyncio
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from chunk_service.cli.databases import opened_database
from chunk_service.cli.endings import MISUSED, end, settings_checked
from chunk_service.settings.loading import load_settings
from chunk_service.settings.model import Settings

if TYPE_CHECKING:
    from chunk_service.domain.uploads import SpoolId
    from chunk_service.usecases.drain_spool import Left


def drain(
    spool_id: Annotated[
        str | None,
        typer.Argument(help="As `spool list` shows it; else that of LOCAL_TEMP_CHUNK_PATH."),
    ] = None,
    *,
    wait: Annotated[bool, typer.Option("--wait", help="Until nothing is left.")] = False,
    timeout: Annotated[
        float | None, typer.Option(help="Seconds to wait at most; then exit code 1.", min=0)
    ] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take new uploads again.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="For scripts: one object a line.")
    ] = False,
) -> None:
    """Let the processes of a spool take no new uploads, and finish what it holds.

    At once /health/ready is 503 there and what would begin an upload is answered 503; chunks of
    uploads that are open are taken as before. It lasts beyond restarts, until --undo.
    """
    if undo and wait:
        end("There is nothing to wait for when draining is undone.", code=MISUSED)
    with settings_checked():
        settings = load_settings()
    known = _spool_of(settings, spool_id)
    if undo:
        asyncio.run(_undo(settings, known))
        typer.echo(f"The spool {known} takes new uploads again.")
        return
    asyncio.run(_drain(settings, known, timeout=timeout if wait else 0, as_json=as_json))


def _spool_of(settings: Settings, text: str | None) -> "SpoolId":
    from chunk_service.adapters.spool.mark import SpoolIdentityError, read_spool_id
    from chunk_service.domain.uploads import SpoolId

    try:
        if text is not None:
            return SpoolId(UUID(text))
        found = read_spool_id(settings.local_temp_chunk_path)
    except SpoolIdentityError as fault:
        end(str(fault))
    except ValueError:
        end("A spool's id is a UUID; see `chunk-service spool list`.", code=MISUSED)
    if found is None:
        end("LOCAL_TEMP_CHUNK_PATH is no spool: name one; see `chunk-service spool list`.")
    return found


async def _drain(
    settings: Settings, spool_id: "SpoolId", *, timeout: float | None, as_json: bool
) -> None:
    from chunk_service.adapters.postgres.draining import DrainingRows
    from chunk_service.domain.errors import NotFound
    from chunk_service.usecases.drain_spool import DrainSpool

    async with opened_database(settings) as database:
        drain_spool = DrainSpool(DrainingRows(database))
        try:
            left = await drain_spool(spool_id)
        except NotFound as refusal:
            end(refusal.detail)
        _show(left, as_json=as_json)
        if timeout == 0 or left.is_nothing:
            return
        try:
            async with asyncio.timeout(timeout):
                async for each in drain_spool.until_empty(spool_id):
                    _show(each, as_json=as_json)
        except TimeoutError:
            end("Not everything is finished yet; the spool goes on draining.")


async def _undo(settings: Settings, spool_id: "SpoolId") -> None:
    from chunk_service.adapters.postgres.draining import DrainingRows
    from chunk_service.domain.errors import NotFound
    from chunk_service.usecases.drain_spool import DrainSpool

    async with opened_database(settings) as database:
        try:
            await DrainSpool(DrainingRows(database)).undo(spool_id)
        except NotFound as refusal:
            end(refusal.detail)


def _show(left: "Left", *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(asdict(left)))
    elif left.is_nothing:
        typer.echo("Nothing is left.")
    else:
        typer.echo(
            f"Left: {left.uploads} uploads with {left.chunks} chunks of {left.size_bytes} bytes; "
            f"{left.attempts} chunks are coming in."
        )
