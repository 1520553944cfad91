"""The clock of leases and deadlines, moved by replacing the function that statements ask."""

from dataclasses import dataclass, field
from datetime import timedelta

from chunk_service.adapters.postgres.database import Database
from tests.fixtures.sql import text


@dataclass
class Clock:
    database: Database
    ahead: timedelta = field(default_factory=timedelta)

    async def advance(self, **units: float) -> None:
        self.ahead += timedelta(**units)
        ahead = f"make_interval(secs => {self.ahead.total_seconds()})"
        await self._tell(f"clock_timestamp() + {ahead}")

    async def set_right(self) -> None:
        await self._tell("clock_timestamp()")

    async def _tell(self, moment: str) -> None:
        async with self.database.transaction() as connection:
            await connection.run(
                text(
                    "CREATE OR REPLACE FUNCTION service_now() RETURNS timestamptz "
                    f"LANGUAGE sql STABLE PARALLEL SAFE AS 'SELECT {moment}'"
                )
            )
