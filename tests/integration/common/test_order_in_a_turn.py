"""Meta's clock puts right what raced to the door; ours decides what goes together."""

import random
import time

from common import inbox
from common.inbound import InboundMessage
from common.inbox import NewItem

from .desk import Desk

NOW = int(time.time())


def arrive(desk: Desk, *sent: tuple[str, int | None]) -> str:
    """Let messages arrive one delivery after the other, each with Meta's second."""
    for wamid, second in sent:
        payload = desk.seal.seal(InboundMessage(wamid, "text", wamid).to_bytes())
        item = NewItem("store-1", "message", wamid, payload, phone="573005550101", sent_at=second)
        (accepted,) = inbox.accept(desk.database, [item])
    return accepted.conversation_id or ""


def order(turn):
    return [each.event_id for each in turn.mail]


def test_a_turns_rows_go_by_the_second_they_were_written_and_then_as_they_came(desk):
    conversation = arrive(desk, ("c", NOW), ("a", NOW - 2), ("d", NOW), ("b", NOW - 1))

    assert order(desk.turn(desk.lease(conversation))) == ["a", "b", "c", "d"]


def test_a_row_without_metas_clock_goes_by_ours(desk):
    conversation = arrive(desk, ("b", None), ("a", NOW - 60), ("c", None))

    assert order(desk.turn(desk.lease(conversation))) == ["a", "b", "c"]


def test_two_attempts_agree_whatever_has_come_meanwhile(desk):
    lease = desk.lease(arrive(desk, ("b", NOW), ("a", NOW - 1)))
    first = order(desk.turn(lease))
    arrive(desk, ("too early", NOW - 9))

    assert order(desk.turn(lease)) == first == ["a", "b"]


def test_the_last_attempt_is_made_with_the_one_that_came_first(desk):
    lease = desk.lease(arrive(desk, ("b", NOW), ("a", NOW - 1), ("c", NOW)))
    desk.begin(lease, most_attempts=2)

    last = desk.begin(lease, most_attempts=2)

    assert order(last) == ["b"]
    desk.change("UPDATE inbox SET state = 'done' WHERE event_id = 'b'")
    desk.change("UPDATE turns SET state = 'done'")
    assert order(desk.begin(lease, most_attempts=99)) == ["a", "c"]


def test_clocks_that_are_wrong_by_days_lose_and_double_nothing(desk):
    rng = random.Random(7)
    sent = [(f"m{number:02}", NOW + rng.randint(-400_000, 400_000)) for number in range(20)]

    turn = desk.turn(desk.lease(arrive(desk, *sent)))

    assert order(turn) == [wamid for wamid, _ in sorted(sent, key=lambda each: each[1])]
