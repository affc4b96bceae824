"""What a batch of statuses locks, beside a turn that sends and an agent who writes."""

import threading

import pytest

from common import conversations, settling
from common.inbox import NewItem, accept_in
from tests.waiting import eventually

from .desk import ANA
from .test_statuses_by_the_batch import apply, said_of

_AGAINST_THE_IDS = """
    UPDATE outbox SET state = 'sending', part = 100 + ranked.place FROM (
        SELECT outbox_id, row_number() OVER (ORDER BY outbox_id DESC) AS place FROM outbox
    ) AS ranked
    WHERE outbox.outbox_id = ranked.outbox_id
"""


@pytest.fixture
def turn(desk):
    """A turn whose first part of four is on its way."""
    conversation_id = desk.write("a")
    desk.open(conversation_id)
    turn = desk.turn(desk.lease(conversation_id))
    desk.start(turn, "text", "image", "image", "image")
    return turn


def test_a_batch_never_blocks_a_turn_that_sends_part_after_part(desk, turn):
    """Both lock the parts in the order of the turn, whatever their ids and who spoke first."""
    desk.change(_AGAINST_THE_IDS)
    first, *rest = desk.parts(turn)
    for part in (*reversed(rest), first):
        desk.tell(said_of(desk, part.outbox_id, "delivered"))
    applied = []
    batch = threading.Thread(target=lambda: applied.append(apply(desk)))
    with desk.database.store(desk.store_id) as sending:
        settling.accept(sending, desk.store_id, first.outbox_id, "wamid.first")
        batch.start()
        eventually(lambda: is_blocked(desk), what="a batch that waits for the turn")
        for part in rest:
            settling.accept(sending, desk.store_id, part.outbox_id, f"wamid.{part.part}")
    batch.join()

    assert applied[0].finished == {"applied": 4}


def test_a_batch_and_whoever_writes_meanwhile_never_wait_for_each_other(desk, turn):
    """Both lock the conversation's head before its parts."""
    failed, again, *_ = desk.parts(turn)
    desk.change(
        "UPDATE outbox SET attempt = 1, state = CASE part WHEN 1 THEN 'accepted' ELSE 'retry' END,"
        " wamid = 'wamid.' || outbox_id WHERE part <= 2"
    )
    desk.tell(said_of(desk, failed.outbox_id, "failed", error_code="131000"))
    desk.tell(said_of(desk, again.outbox_id, "delivered"))
    applied = []
    batch = threading.Thread(target=lambda: applied.append(apply(desk)))
    conversation_id = turn.lease.conversation_id
    with desk.database.store(desk.store_id) as writing:
        present = conversations.lock(writing, desk.store_id, conversation_id)
        said = NewItem(desk.store_id, "command", "said", b"x", conversation_id=conversation_id)
        accept_in(writing, [said])
        batch.start()
        eventually(lambda: is_blocked(desk), what="a batch that waits for the writer")
        conversations.take_over(writing, present, ANA, "Ana")
    batch.join()

    assert applied[0].finished == {"applied": 2}


def is_blocked(desk):
    return desk.value("SELECT count(*) FROM pg_locks WHERE NOT granted")
