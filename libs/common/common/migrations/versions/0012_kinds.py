"""What a turn does with every kind of message."""

from alembic import op

from common.migrations import statements

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.execute(statements("0012_changes.sql"))
    op.execute(statements("0012_kinds.sql"))


def downgrade() -> None:
    op.execute(statements("0012_kinds_back.sql"))
