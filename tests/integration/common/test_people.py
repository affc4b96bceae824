"""One person, one contact, under whatever names they come and in whatever order."""

import random
from concurrent.futures import ThreadPoolExecutor
from itertools import count, permutations

import pytest

from common import contacts, inbox
from common.contacts import Preference
from common.inbox import NewItem

OLD, NEW = "573005550101", "573005550199"
ID, NEXT_ID, LID = "CO.abc", "CO.def", "123456789012345@lid"
_ROUNDS = 100
_events = count(1)


def item(phone=None, user_id=None, event=None, **values):
    event = event or f"wamid.{next(_events)}"
    return NewItem("store-1", "message", event, b"sealed", phone=phone, user_id=user_id, **values)


def number_changed():
    return item(OLD, new_phone=NEW)


def id_changed():
    return item(user_id=NEXT_ID, previous_user_id=ID)


def accept(desk, *items):
    return [each.conversation_id for each in inbox.accept(desk.database, items)]


def people(desk):
    """List the contacts that somebody's names lead to, with these names."""
    return [
        (row.phone, row.user_id, row.names)
        for row in desk.rows(
            "SELECT phone, user_id, array_agg(value ORDER BY value) AS names FROM contacts"
            " JOIN contact_aliases USING (store_id, contact_id) GROUP BY store_id, contact_id"
            " ORDER BY phone"
        )
    ]


def assert_sound(desk):
    """No name leads to a contact that is another now, and no conversation counts with gaps."""
    lost = desk.rows(
        "SELECT value FROM contact_aliases JOIN contacts USING (store_id, contact_id)"
        " WHERE merged_into IS NOT NULL"
    )
    assert lost == []
    gaps = desk.rows(
        "SELECT conversation_id, last_seq, array_agg(seq ORDER BY seq) AS numbers"
        " FROM conversation_heads LEFT JOIN inbox USING (store_id, conversation_id)"
        " GROUP BY 1, 2 HAVING last_seq <> coalesce(max(seq), 0) OR count(seq) <> last_seq"
    )
    assert gaps == []


def test_a_phone_that_appears_later_is_the_same_persons(desk):
    first = accept(desk, item(user_id=ID))
    both = accept(desk, item(OLD, ID))
    by_phone = accept(desk, item(OLD))

    assert first == both == by_phone
    assert people(desk) == [(OLD, ID, [OLD, ID])]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_number_that_changes_is_one_person_in_whatever_order_it_is_told(desk, order):
    told = [item(OLD), number_changed(), item(NEW)]
    if order.index(0) > order.index(1):
        told[0] = item(OLD, event="late")  # nobody's number any more, or somebody else's
    for place in order:
        accept(desk, told[place])

    ((after,),) = [accept(desk, item(NEW))]
    assert [person for person in people(desk) if NEW in person[2]] == [(NEW, None, [NEW])]
    assert after == accept(desk, item(NEW))[0]
    assert_sound(desk)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_an_id_that_changes_is_one_person_in_whatever_order_it_is_told(desk, order):
    told = [item(OLD, ID), id_changed(), item(user_id=NEXT_ID)]
    for place in order:
        accept(desk, told[place])

    assert len({*accept(desk, item(OLD), item(user_id=ID), item(user_id=NEXT_ID))}) == 1
    assert [names for _, _, names in people(desk)] == [[OLD, ID, NEXT_ID]]
    assert_sound(desk)


def test_a_late_message_under_the_former_id_does_not_bring_it_back(desk):
    accept(desk, item(user_id=ID, sent_at=1_000))
    accept(desk, item(user_id=NEXT_ID, previous_user_id=ID, sent_at=1_002))
    accept(desk, item(user_id=ID, sent_at=1_001))

    assert people(desk) == [(None, NEXT_ID, [ID, NEXT_ID])]


def test_a_late_message_from_a_number_that_was_left_does_not_bring_it_back(desk):
    accept(desk, item(OLD, ID, sent_at=1_000))
    (contact,) = accept(desk, item(OLD, ID, new_phone=NEW, sent_at=1_003))
    command = NewItem("store-1", "command", "sends", b"sealed", conversation_id=contact)
    inbox.accept(desk.database, [command])
    for late in (1_001, 1_002):
        assert accept(desk, item(OLD, ID, sent_at=late)) == [contact]
    with desk.database.store("store-1") as connection:
        contacts.heed(connection, "store-1", Preference(OLD, ID, True, 1_002))

    assert people(desk) == [(NEW, ID, [NEW, ID])]


def test_who_writes_from_another_number_under_the_same_id_is_answered_there(desk):
    accept(desk, item(OLD, ID, sent_at=1_000))
    accept(desk, item(NEW, ID, sent_at=1_002))
    accept(desk, item(OLD, ID, sent_at=1_001))

    assert people(desk) == [(NEW, ID, [OLD, NEW, ID])]


def test_a_linked_device_is_known_by_its_own_name(desk):
    first = accept(desk, item(lid=LID))
    both = accept(desk, item(OLD, lid=LID))

    assert first == both == accept(desk, item(OLD)) == accept(desk, item(lid=LID))
    assert_sound(desk)


def test_what_comes_again_after_a_merge_is_still_a_duplicate(desk):
    accept(desk, item(OLD, event="a"))
    accept(desk, item(user_id=ID, event="b"))
    accept(desk, item(OLD, ID, event="c"))

    again = inbox.accept(
        desk.database, [item(OLD, ID, event="a"), item(OLD, ID, event="b"), item(OLD, event="c")]
    )

    assert [each.is_new for each in again] == [False] * 3
    assert desk.value("SELECT count(*) FROM inbox") == 3
    assert_sound(desk)


def test_a_delivery_that_shows_two_to_be_one_puts_all_of_its_mail_with_the_one(desk):
    accept(desk, item(OLD))
    accept(desk, item(user_id=ID))

    assert len({*accept(desk, item(user_id=ID), item(OLD, ID), item(OLD), item(user_id=ID))}) == 1
    assert_sound(desk)


def test_a_turn_that_runs_when_its_contact_is_merged_ends_where_it_began(desk):
    desk.write("first", phone=OLD)
    other = accept(desk, item(user_id=ID, event="second"))[0]
    desk.open(other)
    lease = desk.lease(other)
    turn = desk.turn(lease)

    stays = accept(desk, item(OLD, ID))[0]
    desk.plan(turn, "text")

    assert stays != other
    assert [mail.event_id for mail in turn.mail] == ["second"]
    assert_sound(desk)


def delivery_of(dice, known):
    """Name a few people as one delivery may: by any of their names, or by several."""
    items = []
    for _ in range(dice.randint(1, 3)):
        phone, user_id, lid = dice.choice(known)
        named = dice.sample([("phone", phone), ("user_id", user_id), ("lid", lid)], 3)
        items.append(item(**dict(named[: dice.randint(1, 3)])))
    return items


def test_names_that_were_told_together_by_whoever_lead_to_one_contact(desk):
    dice = random.Random(5)

    def deliver(items):
        return inbox.accept(desk.database, items)

    told = []
    with ThreadPoolExecutor(4) as doors:
        for number in range(_ROUNDS):
            known = [
                (f"57300{number:05}{n}", f"CO.{number}x{n}", f"{number}{n}@lid") for n in (1, 2)
            ]
            deliveries = [delivery_of(dice, known) for _ in range(4)]
            taken = [each for its_rows in doors.map(deliver, deliveries) for each in its_rows]
            assert all(each.is_new for each in taken)
            told += [each.item for each in taken]

    leads = {
        row.value: row.contact_id
        for row in desk.rows("SELECT value, contact_id FROM contact_aliases")
    }
    for each in told:
        names = [name for name in (each.phone, each.user_id, each.lid) if name]
        assert len({leads[name] for name in names}) == 1, names
    assert desk.value("SELECT count(*) FROM inbox") == len(told)
    assert_sound(desk)
