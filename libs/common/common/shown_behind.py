"""Step 6. What came behind a head that waits: shown meanwhile, and answered behind it.

`take_behind` (0031_behind_a_head.sql) takes it up, some rows at a time, and marks them as shown.
What its worker did not come to show is taken up again (`is_unseen`). These run in a transaction
whose fence was checked.
"""

from sqlalchemy import Connection, text, update

from common import models
from common.turns import Turn

_STAND_BEHIND = text(
    """
    UPDATE inbox SET turn_id = NULL, attempts = greatest(attempts - 1, 0)
    WHERE store_id = :store_id AND inbox_id = ANY (CAST(:rows AS uuid[]))
    """
)
_HAS_UNSEEN = text(
    """
    SELECT EXISTS (
        SELECT 1 FROM inbox
        WHERE store_id = :store_id AND conversation_id = CAST(:conversation_id AS uuid)
          AND state = 'pending' AND is_unseen(inbox) AND due_at <= clock_timestamp())
    """
)


def stand_behind(connection: Connection, turn: Turn) -> None:
    """Put what was shown back behind the head that waits, uncounted, to be answered with it."""
    its = {"store_id": turn.lease.store_id, "rows": turn.inbox_ids}
    connection.execute(_STAND_BEHIND, its)


def show_again(connection: Connection, turn: Turn) -> None:
    """Let what could not be shown behind a waiting head be taken up again when it is due."""
    table = models.inbox
    connection.execute(
        update(table)
        .where(table.c.store_id == turn.lease.store_id, table.c.inbox_id.in_(turn.inbox_ids))
        .values(turn_id=None, outcome="")
    )


def has_unseen(connection: Connection, turn: Turn) -> bool:
    """Say whether more is there to be shown behind the head that waits (`take_behind`)."""
    its = {"store_id": turn.lease.store_id, "conversation_id": turn.lease.conversation_id}
    return bool(connection.scalar(_HAS_UNSEEN, its))
