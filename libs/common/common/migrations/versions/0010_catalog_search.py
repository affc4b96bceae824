"""What the worker asks the catalog, as SQL functions of one statement each."""

from alembic import op

from common.migrations import statements

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.execute(statements("0010_catalog_search.sql"))


def downgrade() -> None:
    op.execute("DROP FUNCTION pictures_of, search_catalog")
