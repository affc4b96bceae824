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


@pytest.mark.parametrize(
    ("seen", "paused_for", "with_a_new_token"),
    [
        (["token_expired", "account_disabled"], "account_disabled", "account_disabled"),
        (["account_disabled", "token_expired"], "account_disabled", "account_disabled"),
        (["spam_limit", "payment_problem"], "payment_problem", "payment_problem"),
        (["token_expired", "permission_missing"], "token_expired", None),
        (["spam_limit", "token_expired"], "spam_limit_and_token", "spam_limit"),
        (["permission_missing", "spam_limit"], "spam_limit_and_token", "spam_limit"),
        (["spam_limit", "token_expired", "account_locked"], "account_locked", "account_locked"),
        (["token_expired", "by hand"], "", ""),
        (["spam_limit", "by hand"], "", ""),
        (["spam_limit", "token_expired", "by hand"], "", ""),
        (["by hand", "spam_limit", "token_expired", "account_locked"], "", ""),
        (["account_disabled", "by hand"], "account_disabled", "account_disabled"),
    ],
)
def test_a_reason_hides_no_graver_one(desk, registration, seen, paused_for, with_a_new_token):
    for reason in seen:
        if reason == "by hand":
            registration.change("store-1", StoreChange(status="paused"))
        else:
            desk.pause(reason)
    assert row(desk) == ("paused", paused_for)
    assert desk.events("store_paused")[-1] == {"reason": paused_for}

    registration.change("store-1", with_token("a new one"))

    stays = ("active", "") if with_a_new_token is None else ("paused", with_a_new_token)
    assert row(desk) == stays


def test_what_agents_wrote_goes_when_a_new_token_leaves_only_the_bot_paused(desk, registration):
    conversation = desk.write("a", "b")
    desk.change("UPDATE inbox SET due_at = 'infinity'")
    desk.change("UPDATE inbox SET kind = 'command' WHERE event_id = 'b'")
    desk.pause("spam_limit")
    desk.pause("token_expired")

    registration.change("store-1", with_token("a new one"))

    turn = desk.begin(desk.lease(conversation), is_paused=True)
    assert [mail.event_id for mail in turn.mail] == ["b"]


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
    assert row(desk) == ("paused", "spam_limit_and_token")
