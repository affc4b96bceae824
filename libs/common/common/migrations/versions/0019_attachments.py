"""What an agent sends beside words: files, menus, quotes."""

from alembic import op

from common.migrations import statements

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.execute(statements("0019_attachments.sql"))


def downgrade() -> None:
    op.execute(statements("0019_attachments_back.sql"))
