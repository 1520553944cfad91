"""The clock that leases and deadlines are read from, moved ahead of the real one."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import asyncpg

# What the queue reads from the real clock goes back in time instead. The last statement changes no
# row: it rings the bell of the queue's trigger.
_ADVANCE = """
    CREATE OR REPLACE FUNCTION service_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE
    AS $$SELECT clock_timestamp() + interval '{ahead} seconds'$$;
    UPDATE pgqueuer SET execute_after = execute_after - interval '{by} seconds',
        heartbeat = heartbeat - interval '{by} seconds';
    UPDATE pgqueuer_schedules SET next_run = next_run - interval '{by} seconds',
        heartbeat = heartbeat - interval '{by} seconds';
    DELETE FROM pgqueuer WHERE false;
"""
_PAUSE_SECONDS = 0.2


@dataclass
class Clock:
    database_url: str
    ahead: timedelta = timedelta()

    async def advance(self, by: timedelta) -> None:
        """Waits for the database where it is away."""
        self.ahead += by
        sql = _ADVANCE.format(ahead=self.ahead.total_seconds(), by=by.total_seconds())
        while True:
            try:
                connection = await asyncpg.connect(self.database_url, timeout=5)
                try:
                    await connection.execute(sql)
                finally:
                    connection.terminate()
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await asyncio.sleep(_PAUSE_SECONDS)
            else:
                return
