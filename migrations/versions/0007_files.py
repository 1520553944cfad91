"""The life of a file after it was stored: changed, found by search, deleted.

A deleted file keeps its row, and says in it whether its object is still to be removed. Names are
searched by trigrams; `btree_gin` puts the owner into the same index, so that nobody's search reads
the names of others.
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

UPGRADE = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE EXTENSION IF NOT EXISTS btree_gin",
    """
    ALTER TABLE files
        ADD COLUMN updated_at timestamptz NOT NULL DEFAULT service_now(),
        ADD COLUMN delete_reason text,
        ADD COLUMN removal_due_at timestamptz,
        ADD CHECK ((deleted_at IS NULL) = (delete_reason IS NULL)),
        ADD CHECK (removal_due_at IS NULL OR deleted_at IS NOT NULL)
    """,
    "CREATE INDEX files_owed_removal ON files (removal_due_at) WHERE removal_due_at IS NOT NULL",
    "DROP INDEX files_by_owner",
    """
    CREATE INDEX files_by_owner ON files (owner, created_at DESC, id DESC)
    WHERE deleted_at IS NULL
    """,
    """
    CREATE INDEX files_by_name ON files USING gin (owner, name gin_trgm_ops)
    WHERE deleted_at IS NULL
    """,
)

# The extensions stay: somebody else may use them.
DOWNGRADE = (
    "DROP INDEX files_by_name",
    "DROP INDEX files_by_owner",
    "CREATE INDEX files_by_owner ON files (owner, created_at DESC) WHERE deleted_at IS NULL",
    "DROP INDEX files_owed_removal",
    """
    ALTER TABLE files DROP COLUMN updated_at, DROP COLUMN delete_reason,
        DROP COLUMN removal_due_at
    """,
)


def upgrade() -> None:
    for statement in UPGRADE:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWNGRADE:
        op.execute(statement)
