"""Statements that all began before the first of them may go on: a race with a chosen winner.

A lock on the upload's or the file's row is held until every statement waits for it, each with what
it saw when it began. Then they get the row one after the other, in the order in which they came.
"""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any

from chunk_service.adapters.postgres.statements import Statement, statement
from chunk_service.domain.library import File
from chunk_service.domain.uploads import Upload
from tests.fixtures.rows import Rows

LOCK = statement("SELECT id FROM uploads WHERE id = :upload FOR NO KEY UPDATE")
LOCK_FILE = statement("SELECT id FROM files WHERE id = :file FOR NO KEY UPDATE")

COUNT_WAITING = statement("""
    SELECT count(*) AS waiting FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
""")


async def in_turn(rows: Rows, upload: Upload, *calls: Coroutine[Any, Any, object]) -> list[object]:
    """What the calls came to; each must run into the upload's lock."""
    return await _in_turn(rows, LOCK, {"upload": upload.id}, calls)


async def in_file_turn(rows: Rows, file: File, *calls: Coroutine[Any, Any, object]) -> list[object]:
    """The same with the lock of a file."""
    return await _in_turn(rows, LOCK_FILE, {"file": file.id}, calls)


async def _in_turn(
    rows: Rows,
    lock: Statement,
    values: Mapping[str, object],
    calls: Sequence[Coroutine[Any, Any, object]],
) -> list[object]:
    tasks: list[asyncio.Task[object]] = []
    async with (
        asyncio.timeout(30),
        asyncio.TaskGroup() as group,
        rows.database.transaction() as connection,
    ):
        await connection.run(lock, **values)
        for call in calls:
            tasks.append(group.create_task(call))
            await until_waiting(rows, len(tasks))
    return [task.result() for task in tasks]


async def until_waiting(rows: Rows, wanted: int) -> None:
    """Until so many statements wait for a lock."""
    waiting = 0
    while waiting < wanted:
        row = await rows.database.row(COUNT_WAITING)
        assert row is not None
        waiting = row["waiting"]
