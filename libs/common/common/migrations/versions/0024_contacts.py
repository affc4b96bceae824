"""Blocked customers, those who want no advertising, and who changed the owner."""

from alembic import op

from common.migrations import statements

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.execute(statements("0024_contacts.sql"))
    op.execute(statements("0024_blocked_words.sql"))


def downgrade() -> None:
    op.execute(statements("0024_contacts_back.sql"))
