"""A chunk that may be the last one counts against its owner's quotas as far as it reaches.

It fixes the total when it is recorded, wherever it comes in the order; so its booking has to cover
everything before it, or recording could pass a limit that booking kept.
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

REACH = """
    CREATE FUNCTION upload_live_bytes(wanted uuid, besides uuid, more_reach bigint, more bigint)
    RETURNS bigint LANGUAGE sql VOLATILE AS $$
        SELECT CAST(coalesce(u.total_size, greatest(
            u.received_bytes + more + coalesce(booked.size_bytes, 0),
            booked.reach, more_reach)) AS bigint)
        FROM uploads u, LATERAL (
            SELECT sum(r.size_bytes) AS size_bytes,
                max(r.index * u.chunk_size + r.size_bytes)
                    FILTER (WHERE r.size_bytes <> u.chunk_size) AS reach
            FROM reservations r WHERE r.upload_id = u.id AND r.attempt <> besides
        ) booked
        WHERE u.id = wanted
    $$
"""

SUM_OF_REACHES = """
    CREATE OR REPLACE FUNCTION owner_live_bytes(wanted text, besides uuid, since timestamptz)
    RETURNS bigint LANGUAGE sql VOLATILE AS $$
        SELECT CAST(coalesce(sum(upload_live_bytes(u.id, besides, 0, 0)), 0) AS bigint)
        FROM uploads u
        WHERE u.owner = wanted AND u.state IN ('open', 'completing') AND u.created_at >= since
    $$
"""

SUM_OF_SIZES = """
    CREATE OR REPLACE FUNCTION owner_live_bytes(wanted text, besides uuid, since timestamptz)
    RETURNS bigint LANGUAGE sql VOLATILE AS $$
        SELECT CAST(coalesce(sum(coalesce(u.total_size, u.received_bytes + (
            SELECT coalesce(sum(r.size_bytes), 0) FROM reservations r
            WHERE r.upload_id = u.id AND r.attempt <> besides))), 0) AS bigint)
        FROM uploads u
        WHERE u.owner = wanted AND u.state IN ('open', 'completing') AND u.created_at >= since
    $$
"""


def upgrade() -> None:
    op.execute(REACH)
    op.execute(SUM_OF_REACHES)


def downgrade() -> None:
    op.execute(SUM_OF_SIZES)
    op.execute("DROP FUNCTION upload_live_bytes(uuid, uuid, bigint, bigint)")
