"""A plan that waits, a silence that is judged, a part that goes again."""

from alembic import op

from common.migrations import statements

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.execute(statements("0017_beginning.sql"))
    op.execute(statements("0017_settling.sql"))
    op.execute(statements("0017_shown_behind.sql"))


def downgrade() -> None:
    op.execute(statements("0017_settling_back.sql"))
