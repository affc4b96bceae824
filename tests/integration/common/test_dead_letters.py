from uuid import uuid4

import pytest

from common import dead_letters, outbox, settling, turns
from common.errors import NotFoundError
from common.turns import Turn


@pytest.fixture
def lease(desk):
    conversation = desk.write("a")
    desk.open(conversation)
    return desk.lease(conversation)


def bury(desk, turn, reason="131000"):
    with desk.database.store("store-1") as connection:
        outbox.give_up(connection, outbox.of_turn("store-1", turn.turn_id))
        turns.bury(connection, turn, reason)


def waiting(desk, store_id="store-1"):
    with desk.database.store(store_id) as connection:
        return dead_letters.waiting(connection, store_id)


def retry(desk, dead_letter_id, store_id="store-1"):
    with desk.database.store(store_id) as connection:
        return dead_letters.retry(connection, store_id, dead_letter_id)


def discard(desk, dead_letter_id, store_id="store-1"):
    with desk.database.store(store_id) as connection:
        return dead_letters.discard(connection, store_id, dead_letter_id)


def send_first(desk, turn, part):
    desk.begin_sending(turn.lease, part)
    with desk.database.store("store-1") as connection:
        settling.accept(connection, "store-1", part.outbox_id, "wamid.1")


def test_a_dead_letter_says_whose_it_is_and_why_it_died(desk, lease):
    bury(desk, desk.turn(lease), "131026")

    (letter,) = waiting(desk)

    assert (letter.kind, letter.reason, letter.attempts) == ("message", "131026", 1)
    assert letter.conversation_id == lease.conversation_id
    assert letter.session_id is not None
    assert letter.received_at < letter.died_at


def test_a_replayed_message_starts_anew(desk, lease):
    first = desk.turn(lease)
    desk.plan(first, "text")
    bury(desk, first)
    (letter,) = waiting(desk)

    assert retry(desk, letter.dead_letter_id) == lease.conversation_id

    again = desk.turn(lease)
    assert again.attempts == 1
    assert again.turn_id != first.turn_id
    assert waiting(desk) == []


def test_a_replayed_message_of_which_something_went_goes_on_with_the_rest(desk, lease):
    first = desk.turn(lease)
    went, left = desk.plan(first, "text", "image")
    send_first(desk, first, went)
    bury(desk, first)
    (letter,) = waiting(desk)
    retry(desk, letter.dead_letter_id)

    again = desk.turn(lease)
    with desk.database.store("store-1") as connection:
        parts = outbox.parts_of(connection, "store-1", again.turn_id)

    assert again.turn_id == first.turn_id
    assert [(part.outbox_id, part.state) for part in parts] == [
        (went.outbox_id, "accepted"),
        (left.outbox_id, "retry"),
    ]


def test_a_thousand_times_the_same_retry_is_one(desk, lease):
    bury(desk, desk.turn(lease))
    (letter,) = waiting(desk)
    retry(desk, letter.dead_letter_id)

    with pytest.raises(NotFoundError):
        retry(desk, letter.dead_letter_id)


def test_replayed_messages_keep_their_order(desk, lease):
    desk.write("b", "c")
    bury(desk, desk.turn(lease))
    for letter in waiting(desk):
        retry(desk, letter.dead_letter_id)

    seen = []
    while isinstance(turn := desk.begin(lease), Turn):
        seen += [mail.event_id for mail in turn.mail]
        with desk.database.store("store-1") as connection:
            turns.finish(connection, turn, "answered")

    assert seen == ["a", "b", "c"]


def test_what_is_discarded_stays_as_a_record_and_never_goes(desk, lease):
    bury(desk, desk.turn(lease))
    (letter,) = waiting(desk)

    assert discard(desk, letter.dead_letter_id) == lease.conversation_id

    assert waiting(desk) == []
    assert desk.begin(lease) is None
    assert desk.value("SELECT state FROM inbox") == "discarded"
    with pytest.raises(NotFoundError):
        retry(desk, letter.dead_letter_id)


@pytest.mark.parametrize("action", [retry, discard])
def test_another_stores_dead_letter_is_not_found_and_stays(desk, lease, action):
    bury(desk, desk.turn(lease))
    (letter,) = waiting(desk)

    with pytest.raises(NotFoundError):
        action(desk, letter.dead_letter_id, "store-2")

    assert waiting(desk, "store-2") == []
    assert waiting(desk) == [letter]


@pytest.mark.parametrize("action", [retry, discard])
def test_a_message_that_lives_is_no_dead_letter(desk, lease, action):
    living = desk.value("SELECT inbox_id FROM inbox")

    for unknown in (str(living), str(uuid4())):
        with pytest.raises(NotFoundError):
            action(desk, unknown)


def test_a_discarded_dead_letter_frees_what_came_after_it(desk, lease):
    bury(desk, desk.turn(lease))
    desk.write("b")
    (letter,) = waiting(desk)

    discard(desk, letter.dead_letter_id)

    assert [mail.event_id for mail in desk.turn(lease).mail] == ["b"]


def test_of_a_dead_burst_that_was_sent_in_part_each_message_is_replayed_on_its_own(desk, lease):
    desk.write("b")
    turn = desk.turn(lease)
    went, _ = desk.plan(turn, "text", "image")
    send_first(desk, turn, went)
    bury(desk, turn)
    first, second = sorted(waiting(desk), key=lambda letter: letter.dead_letter_id)
    retry(desk, first.dead_letter_id)
    again = desk.turn(lease)
    retry(desk, second.dead_letter_id)

    with desk.database.store("store-1") as connection:
        turns.finish(connection, again, "answered")

    assert [mail.event_id for mail in again.mail] == ["a"]
    assert [mail.event_id for mail in desk.turn(lease).mail] == ["b"]
