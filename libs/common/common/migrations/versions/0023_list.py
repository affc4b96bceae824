"""What the list shows and is searched by: snoozes, blocked contacts, words of messages."""

from alembic import op

from common.migrations import statements

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.execute(statements("0023_list.sql"))


def downgrade() -> None:
    op.execute(statements("0023_list_back.sql"))
