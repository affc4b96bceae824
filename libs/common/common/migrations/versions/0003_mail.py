"""Inbox, turns, outbox and quarantine."""

from alembic import op

from common.migrations import statements

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute(statements("0003_mail.sql"))


def downgrade() -> None:
    op.execute(
        """
        DROP TABLE quarantine, outbox, inbox, turns;
        """
    )
