"""Endpoints that are disabled, targets that callers name, attempts on record from their beginning.

An attempt without an outcome is one whose worker died, or is still at it.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

UPGRADE = (
    "ALTER TABLE uploads ADD COLUMN callback_url text",
    """
    ALTER TABLE deliveries
        ADD COLUMN target text,
        ADD COLUMN failures integer NOT NULL DEFAULT 0
    """,
    "ALTER TABLE delivery_attempts ALTER COLUMN duration_ms DROP NOT NULL",
    "DROP INDEX deliveries_due",
    """
    CREATE INDEX deliveries_due ON deliveries (endpoint, next_attempt_at)
    WHERE state = 'pending'
    """,
    "CREATE INDEX deliveries_dead ON deliveries (endpoint) WHERE state = 'dead'",
    "CREATE INDEX events_by_age ON events (created_at)",
    """
    CREATE TABLE disabled_endpoints (
        endpoint text PRIMARY KEY,
        address bytea NOT NULL,
        disabled_at timestamptz NOT NULL DEFAULT service_now()
    )
    """,
)

DOWNGRADE = (
    "DROP TABLE disabled_endpoints",
    "DROP INDEX events_by_age",
    "DROP INDEX deliveries_dead",
    "DROP INDEX deliveries_due",
    "CREATE INDEX deliveries_due ON deliveries (next_attempt_at) WHERE state = 'pending'",
    "DELETE FROM delivery_attempts WHERE duration_ms IS NULL",
    "ALTER TABLE delivery_attempts ALTER COLUMN duration_ms SET NOT NULL",
    "ALTER TABLE deliveries DROP COLUMN target, DROP COLUMN failures",
    "ALTER TABLE uploads DROP COLUMN callback_url",
)


def upgrade() -> None:
    for statement in UPGRADE:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWNGRADE:
        op.execute(statement)
