"""The door's intake and the sweeper's questions."""

from alembic import op

from common.migrations import statements

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.execute(statements("0005_intake.sql"))


def downgrade() -> None:
    op.execute(
        """
        DROP FUNCTION stores_with_overdue_statuses;
        DROP FUNCTION overdue_conversations;
        DROP FUNCTION accept_items;
        DROP FUNCTION accept_item;
        DROP FUNCTION contact_of;
        """
    )
