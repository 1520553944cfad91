"""Statements of who opens a share: found by its token, downloads granted, guesses counted.

A download is judged and counted by one statement: those that come at the same time wait for the
row, and each is judged by what the one before left.
"""

from dataclasses import dataclass
from datetime import timedelta

from chunk_service.adapters.postgres.database import Database
from chunk_service.adapters.postgres.files import FILE_COLUMNS, file_of
from chunk_service.adapters.postgres.statements import statement
from chunk_service.domain.shares import ShareId
from chunk_service.usecases.check_password import PERIOD, GuessLimit
from chunk_service.usecases.open_share import FoundShare, Grant

# A link lasts whole seconds: in a share's last one there is none that would not outlive it.
LIVE = """
    f.id = s.file_id AND f.deleted_at IS NULL AND s.revoked_at IS NULL
    AND (s.expires_at IS NULL OR s.expires_at >= service_now() + interval '1 second')
    AND (s.max_downloads IS NULL OR s.downloads < s.max_downloads)
"""

FIND = statement(f"""
    SELECT {FILE_COLUMNS}, s.id AS share_id, s.password_hash FROM shares s, files f
    WHERE s.token_hash = :token_hash AND {LIVE}
""")

# Retention waits for whoever has begun to fetch the file. Its row is locked first, as by all who
# end a file with its shares.
GRANT = statement(f"""
    WITH f AS MATERIALIZED (
        SELECT f.* FROM files f, shares s WHERE s.id = :share AND f.id = s.file_id
        FOR NO KEY UPDATE OF f
    ), granted AS (
        UPDATE shares s SET downloads = s.downloads + 1 FROM f
        WHERE s.id = :share AND {LIVE}
        RETURNING {FILE_COLUMNS}, s.downloads, s.expires_at - service_now() AS time_left
    ), used AS (
        UPDATE files SET granted_until = greatest(granted_until, service_now() + :expires_in)
        FROM granted WHERE files.id = granted.id AND files.deleted_at IS NULL
    )
    SELECT * FROM granted
""")

# The moment at which no guess will be on the books any more, as in `domain/rates.py`.
BOOK = statement("""
    UPDATE shares SET guesses_full_at = greatest(guesses_full_at, service_now()) + :pause
    WHERE id = :share
        AND greatest(guesses_full_at, service_now()) + :pause <= service_now() + :period
""")

GIVE_BACK = statement("""
    UPDATE shares SET guesses_full_at = guesses_full_at - :pause WHERE id = :share
""")


@dataclass(frozen=True, slots=True)
class GrantingRows:
    """`link_lasts`: for how long a granted download can begin."""

    database: Database
    link_lasts: timedelta

    async def find(self, token_hash: bytes) -> FoundShare | None:
        row = await self.database.row(FIND, token_hash=token_hash)
        if row is None:
            return None
        return FoundShare(ShareId(row["share_id"]), row["password_hash"], file_of(row))

    async def grant(self, share_id: ShareId) -> Grant | None:
        row = await self.database.row(GRANT, share=share_id, expires_in=self.link_lasts)
        if row is None:
            return None
        return Grant(file_of(row), row["time_left"], row["downloads"])

    async def book(self, share_id: ShareId, limit: GuessLimit) -> bool:
        """False where as many guesses as are allowed are on the books."""
        return bool(await self.database.run(BOOK, share=share_id, pause=limit.pause, period=PERIOD))

    async def give_back(self, share_id: ShareId, limit: GuessLimit) -> None:
        await self.database.run(GIVE_BACK, share=share_id, pause=limit.pause)
