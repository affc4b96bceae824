"""Parts whose fate is unknown: how their silence is judged, and how one goes again."""

import pytest

from common import outbox, settling, turns
from common.inbound import StatusUpdate

from .desk import ANA

_FLOW = """
    INSERT INTO status_flow (store_id, last_received_at)
    VALUES ('store-1', clock_timestamp() - make_interval(secs => :seconds))
"""
_WAIT = 60.0


@pytest.fixture
def turn(desk):
    conversation = desk.write("a")
    desk.open(conversation)
    return desk.turn(desk.lease(conversation))


@pytest.fixture
def silent(desk, turn):
    """A part that went 61 seconds ago and of which nobody has heard."""
    (part,) = desk.plan(turn, "text")
    desk.begin_sending(turn.lease, part)
    do(desk, settling.lose_sight, part, "timeout")
    desk.change("UPDATE outbox SET sending_at = clock_timestamp() - interval '61 seconds'")
    return part


def do(desk, change, part, *args):
    with desk.database.store("store-1") as connection:
        return change(connection, "store-1", part.outbox_id, *args)


def judge(desk, turn, part, policy="settle", seconds=_WAIT):
    return settling.judge_silence(desk.database, turn.lease, part.outbox_id, seconds, policy)


def statuses_flow(desk, seconds_ago=10):
    desk.change(_FLOW, seconds=seconds_ago)


def state(desk, turn):
    (part,) = desk.parts(turn)
    return part.state, part.flagged


def message(desk):
    return tuple(desk.rows("SELECT status, error FROM messages ORDER BY position DESC LIMIT 1")[0])


def test_nothing_is_judged_before_its_time(desk, turn, silent):
    silence = judge(desk, turn, silent, seconds=100.0)

    assert silence.verdict == "waits"
    assert 30 < silence.remaining <= 39


def test_where_other_statuses_come_the_silence_of_one_means_it_was_not_accepted(desk, turn, silent):
    statuses_flow(desk)

    assert judge(desk, turn, silent).verdict == "resend"
    assert state(desk, turn) == ("retry", False)


@pytest.mark.parametrize("flow", [None, 3600])
def test_where_no_status_has_come_since_a_person_must_look(desk, turn, silent, flow):
    if flow:
        statuses_flow(desk, flow)

    assert judge(desk, turn, silent).verdict == "flagged"
    assert state(desk, turn) == ("unknown", True)
    assert message(desk) == ("unknown", settling.UNCONFIRMED)


@pytest.mark.parametrize(
    ("policy", "verdict"), [("flag", "flagged"), ("resend_once", "resend"), ("settle", "resend")]
)
def test_a_store_says_what_silence_means(desk, turn, silent, policy, verdict):
    if policy != "resend_once":
        statuses_flow(desk)

    assert judge(desk, turn, silent, policy).verdict == verdict


def test_it_goes_again_once_and_never_twice(desk, turn, silent):
    statuses_flow(desk)
    judge(desk, turn, silent)
    desk.begin_sending(turn.lease, silent)
    do(desk, settling.lose_sight, silent, "timeout")
    desk.change("UPDATE outbox SET sending_at = clock_timestamp() - interval '61 seconds'")

    assert judge(desk, turn, silent).verdict == "flagged"


def test_a_status_that_came_in_time_and_is_not_applied_yet_is_waited_for(desk, turn, silent):
    statuses_flow(desk)
    desk.tell(StatusUpdate("wamid.of-another", "sent"))
    desk.change(
        "UPDATE inbox SET received_at = clock_timestamp() - interval '35 seconds'"
        " WHERE kind = 'status'"
    )

    assert judge(desk, turn, silent).verdict == "waits"
    desk.change("UPDATE outbox SET judged_at = judged_at - interval '11 seconds'")
    assert judge(desk, turn, silent).verdict == "flagged"


def test_what_a_status_settled_meanwhile_is_not_judged(desk, turn, silent):
    do(desk, settling.accept, silent, "wamid.1")

    assert judge(desk, turn, silent, "resend_once").verdict == "settled"


def test_a_part_is_refused_as_often_as_its_rule_allows(desk, turn):
    (part,) = desk.plan(turn, "text")
    for refusals, goes_again in [(1, True), (2, False)]:
        desk.begin_sending(turn.lease, part)
        refused = do(desk, settling.refuse, part, ("131000", "unclear"), 2)
        assert (refused.refusals, refused.goes_again) == (refusals, goes_again)

    assert state(desk, turn) == ("failed", False)
    assert message(desk)[0] == "failed"
    assert do(desk, settling.refuse, part, ("131000", "unclear"), 2) is None


def retry(desk, turn, message_id):
    with desk.database.store("store-1") as connection:
        its = ("store-1", turn.lease.conversation_id, message_id)
        return settling.retry_message(connection, *its)


def fail(desk, turn):
    (part,) = desk.plan(turn, "text")
    desk.begin_sending(turn.lease, part)
    do(desk, settling.fail, part, "131026", "not on WhatsApp")
    turns.end(desk.database, turn, "answered")
    return part


def test_a_failed_message_goes_again_as_a_turn_of_its_own(desk, turn):
    part = fail(desk, turn)

    assert retry(desk, turn, part.outbox_id) == settling.Retried("asked", 2)
    assert retry(desk, turn, part.outbox_id) == settling.Retried("asked_before", 2)

    again = desk.turn(desk.lease(turn.lease.conversation_id))
    assert (again.resends, len(again.mail)) == (part.outbox_id, 1)
    assert message(desk)[0] == "retrying"
    assert desk.begin_sending(again.lease, part)
    with desk.database.store("store-1") as connection:
        assert outbox.part_named(connection, "store-1", part.outbox_id).attempt == 2


def test_what_went_well_or_is_nobodys_is_not_sent_again(desk, turn):
    (part,) = desk.plan(turn, "text")
    desk.begin_sending(turn.lease, part)
    do(desk, settling.accept, part, "wamid.1")

    assert retry(desk, turn, part.outbox_id).verdict == "not_failed"
    assert retry(desk, turn, ANA).verdict == "unknown_message"


def test_after_the_window_only_a_template_goes_again(desk, turn):
    part = fail(desk, turn)
    desk.change("UPDATE conversations SET window_expires_at = clock_timestamp()")

    assert retry(desk, turn, part.outbox_id).verdict == "window_closed"
    desk.change("UPDATE outbox SET kind = 'template'")
    assert retry(desk, turn, part.outbox_id).verdict == "asked"
