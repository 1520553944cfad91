"""Whom to write to about an upload: the address that its owner's token named."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE uploads ADD COLUMN owner_email text")


def downgrade() -> None:
    op.execute("ALTER TABLE uploads DROP COLUMN owner_email")
