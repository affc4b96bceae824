"""Contacts, conversations, sessions and messages."""

from alembic import op

from common.migrations import statements

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute(statements("0002_conversations.sql"))


def downgrade() -> None:
    op.execute(
        """
        DROP TABLE messages, sessions, conversations, leases, conversation_heads, contact_aliases,
            contacts;
        """
    )
