"""A stand-in until the lead's 0017 is merged."""

from alembic import op

from common.migrations import statements

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.execute(statements("0017_ask_again_stub.sql"))


def downgrade() -> None:
    op.execute("DROP FUNCTION ask_again(text, uuid, double precision)")
