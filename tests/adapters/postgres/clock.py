"""The clock of leases and deadlines, moved by replacing the function that statements ask."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import text

from chunk_service.adapters.postgres.database import Database


@dataclass
class Clock:
    database: Database
    ahead: timedelta

    async def advance(self, **units: float) -> None:
        self.ahead += timedelta(**units)
        seconds = self.ahead.total_seconds()
        async with self.database.transaction() as connection:
            await connection.execute(
                text(
                    "CREATE OR REPLACE FUNCTION service_now() RETURNS timestamptz "
                    "LANGUAGE sql STABLE PARALLEL SAFE "
                    f"AS 'SELECT clock_timestamp() + make_interval(secs => {seconds})'"
                )
            )
