"""Indexes of lists that no look-up by a key goes through, and bookings summed from their index.

Open uploads, spooled chunks and unsent parts are few, or none, whenever the planner last counted
them, and the scan of a small index seems cheaper to it than one look into a large one: each of
those indexes was taken for finding a single row, and all that lay in it was read. Now each has a
condition more, which holds for every row, and only the statements that list say it too.

Bookings live for seconds, so most entries of their index are of rows that are gone. A scan that
goes from entry to row marks those it meets, and the next one passes them over; a bitmap of rows
never does, and each sum grew with all that was booked since the last vacuum.

Going without one of the old indexes makes a list slower and breaks nothing: they go at once.
"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

UPLOADS, CHUNKS, PARTS = " AND part_size > 0", " AND index >= 0", " AND number > 0"
NOT_LISTED = ("", "", "")

FUNCTIONS = (
    """
    CREATE OR REPLACE FUNCTION spool_used_bytes(wanted uuid, besides uuid) RETURNS bigint
    LANGUAGE sql VOLATILE AS $$
        SELECT CAST(
            (SELECT coalesce(sum(size_bytes), 0) FROM chunks
                WHERE spool_id = wanted AND state = 'spooled' /* chunks */)
            + (SELECT coalesce(sum(size_bytes), 0) FROM reservations
                WHERE spool_id = wanted AND attempt <> besides) AS bigint)
    $$
    """,
    """
    CREATE OR REPLACE FUNCTION owner_open_uploads(wanted text) RETURNS bigint
    LANGUAGE sql VOLATILE AS $$
        SELECT count(*) FROM uploads
        WHERE owner = wanted AND state IN ('open', 'completing') /* uploads */
    $$
    """,
    """
    CREATE OR REPLACE FUNCTION owner_spooled_bytes(wanted text, besides uuid) RETURNS bigint
    LANGUAGE sql VOLATILE AS $$
        SELECT CAST(
            (SELECT coalesce(sum(c.size_bytes), 0)
                FROM uploads u JOIN chunks c ON c.upload_id = u.id
                WHERE u.owner = wanted AND u.state IN ('open', 'completing') /* uploads */
                    AND c.state = 'spooled')
            + (SELECT coalesce(sum(size_bytes), 0) FROM reservations
                WHERE owner = wanted AND attempt <> besides) AS bigint)
    $$
    """,
    """
    CREATE OR REPLACE FUNCTION owner_live_bytes(wanted text, besides uuid, since timestamptz)
    RETURNS bigint LANGUAGE sql VOLATILE AS $$
        SELECT CAST(coalesce(sum(upload_live_bytes(u.id, besides, 0, 0)), 0) AS bigint)
        FROM uploads u
        WHERE u.owner = wanted AND u.state IN ('open', 'completing') /* uploads */
            AND u.created_at >= since
    $$
    """,
)


def upgrade() -> None:
    _index(UPLOADS, CHUNKS, PARTS, booked="size_bytes, attempt")
    _sum(UPLOADS, CHUNKS)
    op.execute("ALTER FUNCTION spool_used_bytes(uuid, uuid) SET enable_bitmapscan = off")


def downgrade() -> None:
    _index(*NOT_LISTED, booked="size_bytes")
    _sum("", "")
    op.execute("ALTER FUNCTION spool_used_bytes(uuid, uuid) RESET enable_bitmapscan")


def _index(uploads: str, chunks: str, parts: str, *, booked: str) -> None:
    """All are made before the first one goes: only its going keeps readers out."""
    live = "state IN ('open', 'completing')"
    indexes = {
        "uploads_live_by_owner": f"uploads (owner) WHERE {live}{uploads}",
        "uploads_open_by_expiry": f"uploads (expires_at) WHERE state = 'open'{uploads}",
        "uploads_owed_cleanup": (
            f"uploads (cleanup_due_at) WHERE cleanup_due_at IS NOT NULL{uploads}"
        ),
        "chunks_spooled": (
            f"chunks (spool_id) INCLUDE (size_bytes) WHERE state = 'spooled'{chunks}"
        ),
        "parts_unsent": f"parts (spool_id, upload_id) WHERE etag IS NULL{parts}",
        "reservations_by_spool": f"reservations (spool_id) INCLUDE ({booked})",
    }
    for name, definition in indexes.items():
        op.execute(f"CREATE INDEX {name}_anew ON {definition}")
    for name in indexes:
        op.execute(f"DROP INDEX {name}")
        op.execute(f"ALTER INDEX {name}_anew RENAME TO {name}")


def _sum(uploads: str, chunks: str) -> None:
    for function in FUNCTIONS:
        op.execute(function.replace(" /* chunks */", chunks).replace(" /* uploads */", uploads))
