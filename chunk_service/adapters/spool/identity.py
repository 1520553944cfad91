"""Which spool a folder is: its id, agreed between the volume and the database.

A volume that lost its id, or came from another deployment, must not be taken for an empty one: the
rows of this database may still count on files that are elsewhere. So a new id is made unasked only
where nothing can be lost by it.
"""

import asyncio
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from chunk_service.adapters.spool.mark import (
    SpoolIdentityError,
    make_spool_id,
    read_spool_id,
)
from chunk_service.domain.uploads import SpoolId


class Rows(Protocol):
    async def is_known(self, spool_id: SpoolId) -> bool: ...
    async def add(self, spool_id: SpoolId) -> None: ...
    async def has_live_chunks(self) -> bool: ...


async def identify_spool(folder: Path, rows: Rows) -> SpoolId:
    """The folder's id, made where it is new; SpoolIdentityError where it is foreign or spoilt."""
    spool_id = await asyncio.to_thread(read_spool_id, folder)
    if spool_id is None:
        if await rows.has_live_chunks():
            raise SpoolIdentityError(
                f"{folder} is not a spool yet, but uploads in the database have bytes in another "
                "one. Mount that volume, or say `chunk-service spool create` to add a new spool."
            )
        return await create_spool(folder, rows)
    if not await rows.is_known(spool_id):
        raise SpoolIdentityError(
            f"{folder} is the spool of another database. Use the database it belongs to, or an "
            "empty folder."
        )
    return spool_id


async def create_spool(folder: Path, rows: Rows) -> SpoolId:
    """Make the folder a spool of this database, whatever other spools there are."""
    proposed = SpoolId(uuid4())
    # The row first: a crash in between leaves a row too many, not a folder that looks foreign.
    await rows.add(proposed)
    spool_id = await asyncio.to_thread(make_spool_id, folder, proposed)
    await rows.add(spool_id)
    return spool_id
