"""How long a file lives: its own date or none, whether it is held, when it goes, how long in use.

`deletion_due_at` is the first of two steps: marked as due, to be deleted then unless something
changes. What operators confirm is one batch to the file: one that was marked anew is not in it.
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

UPGRADE = (
    """
    ALTER TABLE files
        ADD COLUMN delete_after timestamptz,
        ADD COLUMN is_kept boolean NOT NULL DEFAULT false,
        ADD COLUMN legal_hold boolean NOT NULL DEFAULT false,
        ADD COLUMN deletion_due_at timestamptz,
        ADD COLUMN granted_until timestamptz,
        ADD CONSTRAINT files_kept_or_dated CHECK (NOT is_kept OR delete_after IS NULL),
        ADD CONSTRAINT files_held_not_due CHECK (NOT legal_hold OR deletion_due_at IS NULL),
        ADD CONSTRAINT files_held_not_deleted CHECK (NOT legal_hold OR deleted_at IS NULL)
    """,
    """
    CREATE INDEX files_by_own_date ON files (delete_after)
    WHERE delete_after IS NOT NULL AND deleted_at IS NULL
    """,
    """
    CREATE INDEX files_by_age ON files (created_at)
    WHERE delete_after IS NULL AND NOT is_kept AND deleted_at IS NULL
    """,
    """
    CREATE INDEX files_marked ON files (deletion_due_at, id)
    WHERE deletion_due_at IS NOT NULL AND deleted_at IS NULL
    """,
    """
    CREATE TABLE confirmed_deletions (
        file_id uuid PRIMARY KEY,
        deletion_due_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL
    )
    """,
)

DOWNGRADE = (
    "DROP TABLE confirmed_deletions",
    "DROP INDEX files_marked",
    "DROP INDEX files_by_age",
    "DROP INDEX files_by_own_date",
    """
    ALTER TABLE files DROP COLUMN delete_after, DROP COLUMN is_kept, DROP COLUMN legal_hold,
        DROP COLUMN deletion_due_at, DROP COLUMN granted_until
    """,
)


def upgrade() -> None:
    for statement in UPGRADE:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWNGRADE:
        op.execute(statement)
