"""A send that WhatsApp fails after it took it: again, or for good, as the error table says."""

import pytest

from common import callbacks, outbox, settling, statuses, turns
from common.callbacks import Callback
from common.inbound import StatusUpdate

AGAIN, PAUSE, FOR_GOOD = "131000", "190", "131047"
_RESENDS = """
    SELECT left(event_id, 43), state, round(extract(epoch FROM due_at - clock_timestamp())) FROM inbox
    WHERE kind = 'command'
"""


@pytest.fixture
def turn(desk):
    """A turn whose only part is on its way."""
    conversation_id = desk.write("a")
    desk.open(conversation_id)
    turn = desk.turn(desk.lease(conversation_id))
    desk.start(turn, "text")
    return turn


@pytest.fixture
def sent(desk, turn):
    """The part of a turn that is through: WhatsApp took it as wamid.1."""
    (part,) = desk.parts(turn)
    turns.end_sent(desk.database, turn, "answered", part.outbox_id, "wamid.1")
    return part


def tell(desk, part, status, attempt=1, wamid="wamid.1", code=""):
    callback = callbacks.write(desk.seal, Callback(part.outbox_id, attempt))
    desk.tell(StatusUpdate(wamid, status, callback_data=callback, error_code=code))
    return statuses.apply_batch(desk.database, desk.store_id, desk.seal)


def stands(desk):
    return desk.rows(
        "SELECT state, status, refusals, error_code FROM outbox JOIN messages"
        " ON message_id = outbox_id"
    )[0]


@pytest.mark.parametrize(
    ("code", "wait", "due"), [(AGAIN, 1, 1), (PAUSE, 0, float("inf")), ("134101", 600, 600)]
)
def test_what_may_go_again_is_asked_for_after_its_wait_or_held(desk, sent, code, wait, due):
    applied = tell(desk, sent, "failed", code=code)

    assert stands(desk) == ("retry", "retrying", 1, code)
    assert desk.rows(_RESENDS) == [(f"resend|{sent.outbox_id}", "pending", due)]
    assert applied.settled == (sent.conversation_id,)
    (refusal,) = applied.refusals
    assert (refusal.outbox_id, refusal.code, refusal.seconds) == (sent.outbox_id, code, wait)
    assert desk.events("message_status")[-1] == {
        "message_id": sent.outbox_id,
        "status": "retrying",
        "error": f"WhatsApp refused it ({code}).",
        "error_code": code,
    }


def test_what_is_given_up_has_failed_and_asks_for_nothing(desk, sent):
    applied = tell(desk, sent, "failed", code=FOR_GOOD)

    assert stands(desk) == ("failed", "failed", 1, FOR_GOOD)
    assert desk.rows(_RESENDS) == []
    assert [each.code for each in applied.refusals] == [FOR_GOOD]


@pytest.mark.parametrize(("refusals", "state"), [(2, "retry"), (3, "failed")])
def test_refusals_of_both_roads_count_on_one_part(desk, sent, refusals, state):
    desk.change("UPDATE outbox SET refusals = :refusals", refusals=refusals)

    tell(desk, sent, "failed", code=AGAIN)

    assert stands(desk)[:3] == (state, "retrying" if state == "retry" else "failed", refusals + 1)


def test_a_late_sent_of_the_failed_attempt_is_no_news_and_a_read_is(desk, sent):
    tell(desk, sent, "failed", code=AGAIN)

    assert tell(desk, sent, "sent").finished == {"outdated": 1}
    assert stands(desk)[:2] == ("retry", "retrying")
    assert tell(desk, sent, "read").finished == {"applied": 1}
    assert stands(desk) == ("accepted", "read", 1, "")


def test_a_late_sent_of_a_failed_attempt_is_no_news_of_the_next_one_nor_its_duplicate(desk, sent):
    tell(desk, sent, "failed", code=AGAIN)
    desk.change("UPDATE outbox SET state = 'sending', attempt = 2")

    tell(desk, sent, "sent")
    assert stands(desk)[0] == "sending"
    assert tell(desk, sent, "sent", attempt=2, wamid="wamid.2").duplicates == ()
    assert tell(desk, sent, "sent", wamid="wamid.1").duplicates == ()

    assert tell(desk, sent, "delivered").duplicates == (sent.outbox_id,)
    assert desk.rows("SELECT wamid, duplicate_wamid FROM outbox") == [("wamid.2", "wamid.1")]


def test_a_turn_that_waits_for_the_part_takes_it_up_itself(desk, turn):
    (part,) = desk.parts(turn)
    with desk.database.store("store-1") as connection:
        settling.lose_sight(connection, "store-1", part.outbox_id, "timeout")
        turns.postpone(connection, turn, 60, counted=False)

    applied = tell(desk, part, "failed", code="134101")

    assert (stands(desk)[0], desk.rows(_RESENDS)) == ("retry", [])
    assert applied.settled == (part.conversation_id,)
    due = "SELECT round(extract(epoch FROM due_at - clock_timestamp())) FROM inbox"
    assert desk.value(f"{due} WHERE kind = 'message'") == 600
    assert [each.state in outbox.NOT_BEGUN for each in desk.parts(turn)] == [True]


def test_the_answer_of_a_send_that_a_status_failed_already_settles_nothing(desk, turn):
    (part,) = desk.parts(turn)
    tell(desk, part, "failed", code=AGAIN)

    assert turns.end_sent(desk.database, turn, "answered", part.outbox_id, "wamid.1") is None
    assert stands(desk) == ("retry", "retrying", 1, AGAIN)
    assert desk.rows(_RESENDS) == []  # the turn is open still, and sends it


def test_that_statuses_flow_is_remembered_by_when_the_newest_came(desk, sent):
    newest = "SELECT last_received_at = (SELECT max(received_at) FROM inbox WHERE kind = 'status')"
    tell(desk, sent, "sent")
    assert desk.value(f"{newest} FROM status_flow")
    tell(desk, sent, "read")
    assert desk.value(f"{newest} FROM status_flow")
    before = desk.value("SELECT last_received_at FROM status_flow")

    tell(desk, sent, "something new")

    assert desk.value("SELECT last_received_at FROM status_flow") == before


def test_who_writes_again_can_be_reached(desk, sent):
    desk.change("UPDATE contacts SET unreachable_code = '131026'")

    desk.open(desk.write("b"))

    assert desk.value("SELECT unreachable_code FROM contacts") == ""
