"""Links to files that work without a token of the main service.

Of a link only the hash of its token is known here, so a copy of the database opens none. A file may
be shared more often than once, and each time is told: `events_once` leaves `file.shared` out.
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

UPGRADE = (
    """
    CREATE TABLE shares (
        id uuid PRIMARY KEY,
        file_id uuid NOT NULL REFERENCES files ON DELETE CASCADE,
        owner text NOT NULL,
        token_hash bytea NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
        password_hash text,
        guesses_full_at timestamptz,
        expires_at timestamptz,
        max_downloads integer CHECK (max_downloads > 0),
        downloads integer NOT NULL DEFAULT 0 CHECK (downloads BETWEEN 0 AND
            coalesce(max_downloads, downloads)),
        created_at timestamptz NOT NULL DEFAULT service_now(),
        revoked_at timestamptz
    )
    """,
    "CREATE INDEX shares_by_file ON shares (file_id, id DESC)",
    "DROP INDEX events_once",
    """
    CREATE UNIQUE INDEX events_once ON events (upload_id, type)
    WHERE upload_id IS NOT NULL AND type <> 'file.shared'
    """,
)

# The index as it was has room for one event a file: those of its shares go with the shares.
DOWNGRADE = (
    """
    DELETE FROM deliveries WHERE event_id IN (SELECT id FROM events WHERE type = 'file.shared')
    """,
    "DELETE FROM events WHERE type = 'file.shared'",
    "DROP INDEX events_once",
    "CREATE UNIQUE INDEX events_once ON events (upload_id, type) WHERE upload_id IS NOT NULL",
    "DROP TABLE shares",
)


def upgrade() -> None:
    for statement in UPGRADE:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWNGRADE:
        op.execute(statement)
