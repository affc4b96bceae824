"""Group commit: a whole set of deliveries in one statement; one person, one contact."""

from alembic import op

from common.migrations import statements

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.execute(statements("0015_intake.sql"))
    op.execute(statements("0015_people.sql"))


def downgrade() -> None:
    op.execute(statements("0015_intake_back.sql"))
