"""A spool that takes no new uploads, while what it holds is finished."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE spools ADD COLUMN draining_since timestamptz")


def downgrade() -> None:
    op.execute("ALTER TABLE spools DROP COLUMN draining_since")
