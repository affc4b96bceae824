"""What a paused store holds stays held, and a late status of what a takeover cancelled counts."""

from alembic import op

from common.migrations import statements

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.execute(statements("0026_held_back.sql"))


def downgrade() -> None:
    op.execute(statements("0026_held_back_back.sql"))
