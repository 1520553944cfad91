"""A statement that the database would not run, told without what it was given.

Such an error is a bug of ours and goes into the log with its stack. Values may be anybody's
secrets, and they are not only among the parameters: Postgres repeats them in the DETAIL of a
violated constraint and in messages about data that can't be read.
"""

from typing import Final

import asyncpg

# https://www.postgresql.org/docs/18/errcodes-appendix.html
_DATA_EXCEPTIONS: Final = "22"


class StatementFailedError(Exception):
    """What Postgres says of it, and the statement with its places for values."""


def failed_statement(error: asyncpg.PostgresError, statement: str) -> StatementFailedError:
    """To be raised `from None`: the causes tell the values."""
    code = error.sqlstate or "no SQLSTATE"
    said = f"{type(error).__name__} ({code})"
    if not code.startswith(_DATA_EXCEPTIONS):
        said = f"{said}: {getattr(error, 'message', None) or 'no message'}"
    return StatementFailedError(f"{said}\n[SQL: {statement}]")
