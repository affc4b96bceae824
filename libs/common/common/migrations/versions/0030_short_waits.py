"""The door waits for nobody's lock for long."""

from alembic import op

from common.migrations import statements

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    op.execute(statements("0030_short_waits.sql"))


def downgrade() -> None:
    op.execute(statements("0030_short_waits_back.sql"))
