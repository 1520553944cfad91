"""How much of the spool and of an owner's quotas is used: sums of rows, as functions.

VOLATILE on purpose: such a function sees what was committed up to its own call. A statement that
takes a lock first and calls it then cannot be deceived by what it saw when it began.
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE FUNCTION spool_used_bytes(wanted uuid, besides uuid) RETURNS bigint
    LANGUAGE sql VOLATILE AS $$
        SELECT CAST(
            (SELECT coalesce(sum(size_bytes), 0) FROM chunks
                WHERE spool_id = wanted AND state = 'spooled')
            + (SELECT coalesce(sum(size_bytes), 0) FROM reservations
                WHERE spool_id = wanted AND attempt <> besides) AS bigint)
    $$
    """,
    """
    CREATE FUNCTION owner_open_uploads(wanted text) RETURNS bigint
    LANGUAGE sql VOLATILE AS $$
        SELECT count(*) FROM uploads WHERE owner = wanted AND state IN ('open', 'completing')
    $$
    """,
    """
    CREATE FUNCTION owner_spooled_bytes(wanted text, besides uuid) RETURNS bigint
    LANGUAGE sql VOLATILE AS $$
        SELECT CAST(
            (SELECT coalesce(sum(c.size_bytes), 0)
                FROM uploads u JOIN chunks c ON c.upload_id = u.id
                WHERE u.owner = wanted AND u.state IN ('open', 'completing')
                    AND c.state = 'spooled')
            + (SELECT coalesce(sum(size_bytes), 0) FROM reservations
                WHERE owner = wanted AND attempt <> besides) AS bigint)
    $$
    """,
    """
    CREATE FUNCTION upload_spooled_bytes(wanted uuid, besides uuid) RETURNS bigint
    LANGUAGE sql VOLATILE AS $$
        SELECT CAST(
            (SELECT coalesce(sum(size_bytes), 0) FROM chunks
                WHERE upload_id = wanted AND state = 'spooled')
            + (SELECT coalesce(sum(size_bytes), 0) FROM reservations
                WHERE upload_id = wanted AND attempt NOT IN (besides, wanted)) AS bigint)
    $$
    """,
    """
    CREATE FUNCTION owner_live_bytes(wanted text, besides uuid, since timestamptz) RETURNS bigint
    LANGUAGE sql VOLATILE AS $$
        SELECT CAST(coalesce(sum(coalesce(u.total_size, u.received_bytes + (
            SELECT coalesce(sum(r.size_bytes), 0) FROM reservations r
            WHERE r.upload_id = u.id AND r.attempt <> besides))), 0) AS bigint)
        FROM uploads u
        WHERE u.owner = wanted AND u.state IN ('open', 'completing') AND u.created_at >= since
    $$
    """,
    """
    CREATE FUNCTION owner_stored_bytes(wanted text, besides uuid) RETURNS bigint
    LANGUAGE sql VOLATILE AS $$
        SELECT CAST(owner_live_bytes(wanted, besides, '-infinity') + (
            SELECT coalesce(sum(size_bytes), 0) FROM files
            WHERE owner = wanted AND deleted_at IS NULL) AS bigint)
    $$
    """,
    """
    CREATE FUNCTION owner_day_bytes(wanted text, besides uuid) RETURNS bigint
    LANGUAGE sql VOLATILE AS $$
        SELECT CAST(owner_live_bytes(wanted, besides, service_now() - interval '1 day') + (
            SELECT coalesce(sum(received_bytes), 0) FROM uploads
            WHERE owner = wanted AND state NOT IN ('open', 'completing')
                AND created_at >= service_now() - interval '1 day') AS bigint)
    $$
    """,
)

FUNCTIONS = (
    "owner_open_uploads(text)",
    "owner_day_bytes(text, uuid)",
    "owner_stored_bytes(text, uuid)",
    "owner_live_bytes(text, uuid, timestamptz)",
    "upload_spooled_bytes(uuid, uuid)",
    "owner_spooled_bytes(text, uuid)",
    "spool_used_bytes(uuid, uuid)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
