"""The door's statement, on real PostgreSQL."""

import threading
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import text

from common import inbox
from common.inbox import NewItem


def item(event_id, phone="573001112233", store_id="store-1", **values):
    return NewItem(store_id, "message", event_id, b"sealed", phone=phone, **values)


def rows(database, store_id="store-1"):
    with database.store(store_id) as connection:
        found = connection.execute(
            text("SELECT event_id, seq, conversation_id FROM inbox ORDER BY conversation_id, seq")
        )
        return [tuple(row) for row in found]


def test_a_conversation_counts_its_messages_without_gaps(database, store):
    inbox.accept(database, [item("a"), item("b"), item("a"), item("c")])

    assert [(event, seq) for event, seq, _ in rows(database)] == [("a", 1), ("b", 2), ("c", 3)]


def test_a_duplicate_is_told_apart_and_changes_nothing(database, store):
    first = inbox.accept(database, [item("a")])
    again = inbox.accept(database, [item("a"), item("b")])

    assert [each.is_new for each in first] == [True]
    assert [each.is_new for each in again] == [False, True]
    assert {each.conversation_id for each in again} == {first[0].conversation_id}


def test_twins_that_arrive_at_once_make_one_contact_and_one_row(database, store):
    barrier = threading.Barrier(8)

    def deliver(number):
        barrier.wait()
        inbox.accept(database, [item("same"), item(f"own-{number}")])

    threads = [threading.Thread(target=deliver, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    found = rows(database)
    assert len(found) == 9
    assert [seq for _, seq, _ in found] == list(range(1, 10))
    assert len({conversation for _, _, conversation in found}) == 1


def test_the_same_person_writes_to_two_stores_and_they_stay_apart(database, two_stores):
    accepted = inbox.accept(
        database, [item("a"), item("a", store_id="store-2"), item("b", store_id="store-2")]
    )

    assert [each.is_new for each in accepted] == [True, True, True]
    assert len(rows(database)) == 1
    assert len(rows(database, "store-2")) == 2
    assert accepted[0].conversation_id != accepted[1].conversation_id


def test_a_person_known_by_two_ids_stays_one_contact(database, store):
    by_phone = inbox.accept(database, [item("a", user_id="CO.abc")])
    by_id = inbox.accept(database, [item("b", phone=None, user_id="CO.abc")])

    assert by_phone[0].conversation_id == by_id[0].conversation_id


def test_a_person_named_in_two_ways_in_one_delivery_keeps_the_order(database, store):
    inbox.accept(database, [item("a", user_id="CO.abc")])

    inbox.accept(
        database,
        [
            item("b", phone=None, user_id="CO.abc"),
            item("c"),
            item("d", phone=None, user_id="CO.abc"),
        ],
    )

    assert [(event, seq) for event, seq, _ in rows(database)] == [
        ("a", 1),
        ("b", 2),
        ("c", 3),
        ("d", 4),
    ]


def test_deliveries_that_name_the_same_people_crosswise_do_not_block_each_other(database, store):
    people = [("573001", "CO.one"), ("573002", "CO.two")]
    inbox.accept(database, [item(f"{phone}", phone, user_id=user) for phone, user in people])
    (phone_1, user_1), (phone_2, user_2) = people
    crossed = [(phone_1, user_2), (phone_2, user_1)]

    def deliver(number):
        for each in range(15):
            phone, user = crossed[number % 2]
            inbox.accept(
                database,
                [
                    item(f"{number}-{each}-p", phone),
                    item(f"{number}-{each}-u", phone=None, user_id=user),
                ],
            )

    with ThreadPoolExecutor(4) as doors:
        list(doors.map(deliver, range(4)))  # raises what a door raised

    assert len(rows(database)) == 2 + 4 * 15 * 2


def test_a_status_belongs_to_no_conversation(database, store):
    accepted = inbox.accept(database, [NewItem("store-1", "status", "wamid|sent", b"sealed")])

    assert accepted[0].is_new
    assert accepted[0].conversation_id is None


def test_a_transaction_bound_to_one_store_sees_no_other(database, two_stores):
    inbox.accept(database, [item("a"), item("b", store_id="store-2")])

    with database.store("store-1") as connection:
        seen = set(connection.scalars(text("SELECT DISTINCT store_id FROM inbox")))
    with database.everywhere() as connection:
        unbound = connection.scalar(text("SELECT count(*) FROM inbox"))
    assert seen == {"store-1"}
    assert unbound == 0
