"""Details, changes, media and account notices: tables of what the door takes in."""

from alembic import op

from common.migrations import statements

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.execute(statements("0011_the_door.sql"))


def downgrade() -> None:
    op.execute(
        """
        ALTER TABLE contacts DROP COLUMN merged_into;
        ALTER TABLE stores DROP COLUMN paused_reason;
        DROP TABLE account_notices, media, message_changes;
        DROP INDEX messages_by_wamid;
        ALTER TABLE messages DROP COLUMN details_sealed, DROP COLUMN reply_to,
            DROP COLUMN reactions, DROP COLUMN edited_at, DROP COLUMN revoked_at;
        """
    )
