"""What sending needs to know: refusals, resends, uploads, templates, whether statuses flow."""

from alembic import op

from common.migrations import statements

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.execute(statements("0016_the_outbox.sql"))


def downgrade() -> None:
    op.execute(statements("0016_the_outbox_back.sql"))
