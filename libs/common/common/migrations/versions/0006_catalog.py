"""Products, knowledge, agents, and the owner's functions that look across stores."""

from alembic import op

from common.migrations import statements

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.execute(statements("0006_catalog.sql"))


def downgrade() -> None:
    op.execute(
        """
        DROP FUNCTION all_stores;
        DROP FUNCTION remove_membership;
        DROP FUNCTION change_agent;
        DROP FUNCTION add_agent;
        DROP FUNCTION agent_with_stores;
        DROP FUNCTION agent_by_email;
        DROP TABLE memberships CASCADE;
        DROP TABLE agents, knowledge, product_images, products;
        """
    )
