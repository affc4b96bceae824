"""The turn's steps as SQL functions, one statement each; held mail of paused stores."""

from alembic import op

from common.migrations import statements

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    for name in ("0008_words.sql", "0008_turns.sql", "0008_sending.sql"):
        op.execute(statements(name))


def downgrade() -> None:
    op.execute(
        """
        DROP FUNCTION end_sending, go_on_sending, begin_sending, start_reply, accept_part,
            fail_part, begin_part, begun_within;
        DROP FUNCTION resume_held, finish_turn, end_turn, begin_turn, take_up, rows_with, next_due,
            first_unheld, head_of, release_lease, check_lease, take_lease;
        DROP FUNCTION remember_mail, said_before, set_message_status, advance_message,
            tell_message_status, remember_message, open_session, change_owner,
            announce_conversation, record_event;
        UPDATE inbox SET due_at = clock_timestamp() WHERE due_at = 'infinity';
        DROP INDEX inbox_held;
        """
    )
