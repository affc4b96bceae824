"""Events and their sequencer."""

from alembic import op

from common.migrations import statements

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute(statements("0004_events.sql"))


def downgrade() -> None:
    op.execute(
        """
        DROP FUNCTION stores_with_unnumbered_events;
        DROP FUNCTION sequence_events;
        DROP TABLE event_heads, events;
        """
    )
