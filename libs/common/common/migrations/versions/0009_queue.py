"""What the queue asks of SQL."""

from alembic import op

from common.migrations import statements

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.execute(statements("0009_queue.sql"))
    op.execute(statements("0009_statistics.sql"))


def downgrade() -> None:
    op.execute(statements("0009_queue_back.sql"))
