"""What fetching media asks of SQL."""

from alembic import op

from common.migrations import statements

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.execute(statements("0014_media.sql"))


def downgrade() -> None:
    op.execute(
        """
        DROP FUNCTION forget_revoked, claim_revoked, renew_media, put_off_media, settle_media,
            claim_media, expect_media;
        DROP INDEX media_claimed, media_revoked;
        ALTER TABLE media DROP COLUMN fence;
        """
    )
