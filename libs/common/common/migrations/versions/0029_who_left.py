"""An agent who leaves a store leaves no customer behind; a late message brings no number back."""

from alembic import op

from common.migrations import statements

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    op.execute(statements("0029_who_left.sql"))


def downgrade() -> None:
    op.execute(statements("0029_who_left_back.sql"))
