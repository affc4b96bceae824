import threading

import pytest

from common import leases
from common.errors import LeaseLostError


def expire(desk):
    desk.change("UPDATE leases SET held_until = clock_timestamp() - interval '1 second'")


def held_until(desk):
    return desk.value("SELECT held_until FROM leases")


def test_of_many_takers_at_once_one_wins(desk):
    conversation = desk.write("a")
    barrier = threading.Barrier(6)
    won = []

    def take(holder):
        barrier.wait()
        won.append(desk.take(conversation, holder))

    takers = [threading.Thread(target=take, args=(f"w{n}",)) for n in range(6)]
    for taker in takers:
        taker.start()
    for taker in takers:
        taker.join()

    assert len([lease for lease in won if lease]) == 1


def test_a_held_conversation_is_refused_even_to_its_own_holder(desk):
    conversation = desk.write("a")
    desk.lease(conversation, "one")

    assert desk.take(conversation, "two") is None
    assert desk.take(conversation, "one") is None


def test_the_fence_grows_with_each_holder(desk):
    conversation = desk.write("a")
    fences = []
    for holder in ("one", "two", "one"):
        lease = desk.lease(conversation, holder)
        fences.append(lease.fence)
        leases.release(desk.database, lease)

    assert fences == sorted(set(fences))


def test_an_expired_lease_is_taken_over_and_the_former_holder_may_do_nothing(desk):
    conversation = desk.write("a")
    former = desk.lease(conversation, "one")
    expire(desk)
    present = desk.lease(conversation, "two")

    assert present.fence > former.fence
    with desk.database.store("store-1") as connection:
        leases.check(connection, present)
    with pytest.raises(LeaseLostError), desk.database.store("store-1") as connection:
        leases.check(connection, former)


def test_what_a_former_holder_renews_or_gives_back_changes_nothing(desk):
    conversation = desk.write("a")
    former = desk.lease(conversation, "one")
    expire(desk)
    present = desk.lease(conversation, "two")
    before = held_until(desk)

    assert leases.renew(desk.database, "one", [former], 300) == (former,)
    leases.release(desk.database, former)

    assert held_until(desk) == before
    assert desk.take(conversation, "three") is None
    assert leases.renew(desk.database, "two", [present], 300) == ()
    assert held_until(desk) > before


def test_an_expired_lease_that_nobody_took_is_still_good_and_can_be_renewed(desk):
    conversation = desk.write("a")
    lease = desk.lease(conversation)
    expire(desk)

    assert leases.renew(desk.database, lease.holder, [lease], 30) == ()
    with desk.database.store("store-1") as connection:
        leases.check(connection, lease)


def test_all_leases_of_a_process_are_renewed_in_one_round_trip(desk):
    held = [
        desk.lease(desk.write(f"a{number}", phone=f"57300000000{number}"), "one")
        for number in range(3)
    ]
    expire(desk)

    assert leases.renew(desk.database, "one", held, 300) == ()
    assert all(desk.take(each.conversation_id, "two") is None for each in held)


def test_a_check_holds_until_its_transaction_ends(desk):
    conversation = desk.write("a")
    lease = desk.lease(conversation)
    expire(desk)
    taken = []
    taker = threading.Thread(target=lambda: taken.append(desk.lease(conversation, "two")))

    with desk.database.store("store-1") as connection:
        leases.check(connection, lease)
        taker.start()
        taker.join(0.1)
        assert taken == []
    taker.join()

    assert [each.holder for each in taken] == ["two"]


def test_conversations_are_held_apart(desk):
    one = desk.lease(desk.write("a", phone="573001"))
    two = desk.lease(desk.write("b", phone="573002"))

    assert {one.conversation_id, two.conversation_id} == {
        str(row.conversation_id) for row in desk.rows("SELECT conversation_id FROM leases")
    }


def test_a_fence_that_a_crash_of_the_database_took_back_is_not_given_again(desk):
    conversation = desk.write("a")
    lost = desk.lease(conversation)
    desk.change("DELETE FROM leases")

    assert desk.lease(conversation).fence > lost.fence


def test_a_lease_that_was_given_back_is_not_renewed_by_a_renewal_on_its_way(desk):
    conversation = desk.write("a")
    lease = desk.lease(conversation)
    leases.release(desk.database, lease)

    assert leases.renew(desk.database, lease.holder, [lease], 300) == ()
    assert desk.take(conversation, "two") is not None
