"""What reading the lists of templates asks of SQL."""

from alembic import op

from common.migrations import statements

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.execute(statements("0020_templates.sql"))


def downgrade() -> None:
    op.execute(statements("0020_templates_back.sql"))
