"""A quote is found by the former wamids of what was tried again."""

from alembic import op

from common.migrations import statements

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.execute(statements("0028_tried_before.sql"))


def downgrade() -> None:
    op.execute(statements("0028_tried_before_back.sql"))
