"""`chunk-service spool`: the volumes that chunks wait on, as operators see them."""

import asyncio
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from chunk_service.cli.databases import opened_database
from chunk_service.cli.endings import end, settings_checked
from chunk_service.settings.loading import load_settings
from chunk_service.settings.model import Settings

if TYPE_CHECKING:
    from chunk_service.adapters.postgres.spools import KnownSpool

app = typer.Typer(no_args_is_help=True, help="The volumes that chunks wait on.")


@app.command("list")
def list_spools(
    *, as_json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False
) -> None:
    """Show every spool: where it was last seen, when, and what only it has."""
    spools = asyncio.run(_list(_settings()))
    if as_json:
        typer.echo(json.dumps([_facts(each) for each in spools]))
    else:
        _print(spools)


@app.command()
def forget(
    spool_id: Annotated[str, typer.Argument(help="The id, as `spool list` shows it.")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Give up a spool that will not return: clients are asked for its chunks again."""
    try:
        known = UUID(spool_id)
    except ValueError:
        end("A spool's id is a UUID; see `chunk-service spool list`.", code=2)
    if not yes:
        typer.confirm("Chunks that only this spool has must be sent again. Go on?", abort=True)
    lost = asyncio.run(_forget(_settings(), known))
    typer.echo(f"Forgotten; {lost} chunks will be asked for again.")


@app.command()
def create() -> None:
    """Make LOCAL_TEMP_CHUNK_PATH a further spool of this database."""
    settings = _settings()
    spool_id = asyncio.run(_create(settings))
    typer.echo(f"{settings.local_temp_chunk_path} is spool {spool_id}.")


def _settings() -> Settings:
    with settings_checked():
        return load_settings()


async def _list(settings: Settings) -> "list[KnownSpool]":
    from chunk_service.adapters.postgres.spools import SpoolRows
    from chunk_service.wiring.options import host_name

    async with opened_database(settings) as database:
        return list(await SpoolRows(database, host_name()).list())


async def _forget(settings: Settings, spool_id: UUID) -> int:
    from chunk_service.adapters.metrics.registry import Metrics
    from chunk_service.adapters.postgres.repairing import RepairingRows
    from chunk_service.adapters.postgres.spools import SpoolRows
    from chunk_service.domain.uploads import SpoolId
    from chunk_service.usecases.forget_spools import ForgetSpools
    from chunk_service.wiring.options import host_name

    async with opened_database(settings) as database:
        rows = SpoolRows(database, host_name())
        if not await rows.is_known(SpoolId(spool_id)):
            end("There is no such spool; see `chunk-service spool list`.")
        tally = Metrics().uploads
        forget_spools = ForgetSpools(rows, RepairingRows(database), timedelta(), tally)
        return await forget_spools.forget(SpoolId(spool_id))


async def _create(settings: Settings) -> UUID:
    from chunk_service.adapters.postgres.spools import SpoolRows
    from chunk_service.adapters.spool.identity import create_spool
    from chunk_service.wiring.options import host_name

    async with opened_database(settings) as database:
        rows = SpoolRows(database, host_name())
        return await create_spool(settings.local_temp_chunk_path, rows)


def _facts(spool: "KnownSpool") -> dict[str, object]:
    return {
        "id": str(spool.id),
        "host": spool.host,
        "seen_at": spool.seen_at.isoformat(),
        "forgotten": spool.is_forgotten,
        "draining": spool.is_draining,
        "chunks": spool.chunks,
        "size_bytes": spool.size_bytes,
    }


def _print(spools: "list[KnownSpool]") -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("id", "host", "last seen", "chunks", "bytes", "")
    for each in spools:
        seen = f"{each.away.total_seconds():.0f} s ago"
        note = "forgotten" if each.is_forgotten else "draining" if each.is_draining else ""
        table.add_row(str(each.id), each.host, seen, str(each.chunks), str(each.size_bytes), note)
    Console().print(table)
