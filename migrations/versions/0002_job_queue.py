"""The tables of the job queue, as its library declares them.

A later version of the library that changes them comes with a revision of its own.
"""

from alembic import op
from pgqueuer.adapters.persistence.schema_ddl import render_install, render_uninstall
from pgqueuer.domain.settings import db_settings

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _run(render_install(db_settings()))


def downgrade() -> None:
    _run(render_uninstall(db_settings()))


def _run(script: str) -> None:
    """Several statements in one string need the driver's simple protocol."""
    connection = op.get_bind().connection.dbapi_connection
    assert connection is not None
    connection.run_async(lambda driver: driver.execute(script))
