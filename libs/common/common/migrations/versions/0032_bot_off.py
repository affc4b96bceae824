"""What a bot had planned when it was switched off is cancelled with a reason of its own."""

from alembic import op

from common.migrations import statements

revision = "0032"
down_revision = "0030"


def upgrade() -> None:
    op.execute(statements("0032_bot_off.sql"))


def downgrade() -> None:
    op.execute(statements("0032_bot_off_back.sql"))
