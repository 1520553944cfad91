"""The ways in which an upload's bytes come; those of presigned requests go straight to the store.

What a presigned request may write is `pending_key`, never the object's own key; `pending_etag` is
what was found there as agreed, and nothing else is copied from there. `check_due_at` says when to
look there again.
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

UPGRADE = (
    """
    ALTER TABLE uploads
        ADD COLUMN way text NOT NULL DEFAULT 'chunks'
            CHECK (way IN ('chunks', 'whole', 'put', 'post', 'multipart')),
        ADD COLUMN pending_key text UNIQUE,
        ADD COLUMN pending_etag text,
        ADD COLUMN check_due_at timestamptz,
        ADD CHECK ((pending_key IS NOT NULL) = (way IN ('put', 'post'))),
        ADD CHECK (pending_etag IS NULL OR pending_key IS NOT NULL)
    """,
    """
    CREATE INDEX uploads_to_check ON uploads (check_due_at)
    WHERE check_due_at IS NOT NULL AND state = 'open'
    """,
)

DOWNGRADE = (
    "DROP INDEX uploads_to_check",
    """
    ALTER TABLE uploads DROP COLUMN way, DROP COLUMN pending_key, DROP COLUMN pending_etag,
        DROP COLUMN check_due_at
    """,
)


def upgrade() -> None:
    for statement in UPGRADE:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWNGRADE:
        op.execute(statement)
