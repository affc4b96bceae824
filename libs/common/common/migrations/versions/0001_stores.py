"""Stores, and the rule that a transaction sees one of them."""

from alembic import op

from common.migrations import statements

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute(statements("0001_stores.sql"))


def downgrade() -> None:
    op.execute(
        """
        DROP FUNCTION store_ids;
        DROP TABLE stores;
        DROP FUNCTION guard_by_store;
        """
    )
