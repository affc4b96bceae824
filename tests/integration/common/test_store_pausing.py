import pytest

from common import store_pausing
from common.store_registration import StoreChange


def row(desk):
    (found,) = desk.rows("SELECT status, paused_reason, version FROM stores")
    return found.status, found.paused_reason


def with_token(token, **values):
    return StoreChange(secrets={"access_token": token}, **values)


def test_a_store_is_paused_once_with_its_reason_and_its_agents_are_told(desk, other_desk):
    assert desk.pause("account_disabled")
    assert not desk.pause("token_expired")

    assert row(desk) == ("paused", "account_disabled")
    assert desk.events("store_paused") == [{"reason": "account_disabled"}]
    assert row(other_desk) == ("active", "")


def test_other_processes_see_it_and_why(desk, stores):
    desk.pause("account_disabled")
    stores.forget("store-1")

    store = stores.get("store-1")
    assert (store.is_active, store.paused_reason) == (False, "account_disabled")


def test_a_store_that_was_changed_since_the_reason_was_seen_stays_active(desk, store, registration):
    registration.change("store-1", with_token("a new one"))
    seen = store.version
    assert not desk.pause("token_expired", seen)
    assert row(desk) == ("active", "")
    assert desk.pause("token_expired", seen + 1)
    assert row(desk) == ("paused", "token_expired")


def test_who_makes_it_active_clears_the_reason(desk, registration):
    desk.pause("account_locked")
    registration.change("store-1", with_token("a new one"))
    assert row(desk) == ("paused", "account_locked")

    registration.change("store-1", StoreChange(status="active"))

    assert row(desk) == ("active", "")
    assert desk.events("store_resumed") == [{}]


@pytest.mark.parametrize("reason", ["token_expired", "permission_missing"])
def test_a_new_token_ends_a_pause_for_the_old_one(desk, registration, reason):
    desk.pause(reason)
    registration.change("store-1", with_token("access-token-of-store-1"))
    assert row(desk) == ("paused", reason)  # the same again changes nothing

    registration.change("store-1", with_token("a new one"))

    assert row(desk) == ("active", "")


def test_a_pause_by_hand_has_no_reason_and_keeps_the_one_there_is(desk, registration):
    registration.change("store-1", StoreChange(status="paused"))
    assert row(desk) == ("paused", "")
    assert desk.events("store_paused") == [{"reason": ""}]
    registration.change("store-1", StoreChange(status="active"))
    desk.pause("token_expired")

    registration.change("store-1", StoreChange(status="paused"))

    assert row(desk) == ("paused", "token_expired")


def test_an_operator_makes_it_active_whatever_it_was_paused_for(desk):
    with desk.database.store("store-1") as connection:
        assert not store_pausing.resume_in(connection, "store-1")
        store_pausing.pause_in(connection, "store-1", "payment_problem")
        assert store_pausing.resume_in(connection, "store-1")

    assert row(desk) == ("active", "")
    assert desk.events("store_resumed") == [{}]


def test_while_only_the_bot_is_paused_agents_send_until_nobody_may(desk, stores):
    for reason, agents_may in (("spam_limit", True), ("token_expired", False)):
        assert desk.pause(reason)
        stores.forget("store-1")
        store = stores.get("store-1")
        assert (store.may_send("assistant"), store.may_send("agent")) == (False, agents_may)

    assert not desk.pause("spam_limit")
    assert row(desk) == ("paused", "token_expired")
