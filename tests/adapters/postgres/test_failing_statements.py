"""A statement that fails is told with what is wrong with it, and never with what it was given."""

import pytest
from structlog.processors import format_exc_info

from chunk_service.adapters.postgres.database import Database
from chunk_service.adapters.postgres.failed_statements import StatementFailedError
from tests.fixtures.sql import text

GIVEN = "correct horse battery staple"
FAILING = {
    "UndefinedTableError (42P01): relation": "SELECT 1 FROM nowhere WHERE a = CAST(:given AS text)",
    "NotNullViolationError (23502): null value": (
        "INSERT INTO uploads (state) VALUES (CAST(:given AS text))"
    ),
    "InvalidTextRepresentationError (22P02)": "SELECT CAST(CAST(:given AS text) AS uuid)",
    "DataError (22000)": "SELECT CAST(:given AS integer)",
}


@pytest.mark.parametrize(("said", "sql"), FAILING.items())
async def test_the_log_has_the_statement_and_not_what_it_was_given(
    database: Database, said: str, sql: str
) -> None:
    with pytest.raises(StatementFailedError) as failed:
        await database.rows(text(sql), given=GIVEN)
    logged = format_exc_info(None, "error", {"exc_info": failed.value})["exception"]
    assert GIVEN not in logged
    assert said in logged
    assert sql.partition(":given")[0] in logged
