"""Canned replies, and conversations that an agent begins."""

from alembic import op

from common.migrations import statements

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.execute(statements("0025_canned.sql"))


def downgrade() -> None:
    op.execute(statements("0025_canned_back.sql"))
