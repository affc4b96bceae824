"""Who may see what: passwords that end log-ins, log-ins that are counted, an audit log to read."""

from alembic import op

from common.migrations import statements

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.execute(statements("0022_access.sql"))


def downgrade() -> None:
    op.execute(statements("0022_access_back.sql"))
