"""Statuses are applied a batch at a time, by one SQL function."""

from alembic import op

from common.migrations import statements

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.execute(statements("0013_statuses.sql"))


def downgrade() -> None:
    op.execute(statements("0013_statuses_back.sql"))
