"""A failed status asks for what the error table says; statuses end the same in every order."""

from alembic import op

from common.migrations import statements

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.execute(statements("0018_fates.sql"))
    op.execute(statements("0018_failed_statuses.sql"))
    op.execute(statements("0018_settled_parts.sql"))


def downgrade() -> None:
    op.execute(statements("0018_failed_statuses_back.sql"))
