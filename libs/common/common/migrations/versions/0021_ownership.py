"""A change of owner cancels what it makes void; clocks that give back and tell of who waits."""

from alembic import op

from common.migrations import statements

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.execute(statements("0021_ownership.sql"))


def downgrade() -> None:
    op.execute(statements("0021_ownership_back.sql"))
