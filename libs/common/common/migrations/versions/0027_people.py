"""People who become one while they are blocked; what an assignment leaves unread."""

from alembic import op

from common.migrations import statements

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.execute(statements("0027_people.sql"))


def downgrade() -> None:
    op.execute(statements("0027_people_back.sql"))
