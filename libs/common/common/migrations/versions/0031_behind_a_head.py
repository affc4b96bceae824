"""What is behind a head that waits is rung and shown again, and no command passes a held one."""

from alembic import op

from common.migrations import statements

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    op.execute(statements("0031_behind_a_head.sql"))


def downgrade() -> None:
    op.execute(statements("0031_behind_a_head_back.sql"))
