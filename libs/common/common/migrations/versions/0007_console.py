"""Log-ins to the console and the audit log."""

from alembic import op

from common.migrations import statements

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.execute(statements("0007_console.sql"))


def downgrade() -> None:
    op.execute(
        """
        DROP FUNCTION event_heads_of;
        DROP TABLE audit_log, console_sessions;
        """
    )
