"""What WhatsApp says of the account: kept once, and a store that can send no more is paused."""

import json
import time

import pytest

from common.store_registration import StoreChange

from .door import NUMBERS, Counted, change, delivery, message

BANNED = {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": ["DISABLE"]}}


def notice(field, value, time=1767225600, waba="200000000000001"):
    entry = {"id": waba, "time": time, "changes": [{"field": field, "value": value}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def kept(door):
    return door.rows("SELECT field, event, severity FROM account_notices ORDER BY received_at")


def standing(door):
    ((status, reason),) = door.rows("SELECT status, paused_reason FROM stores")
    return status, reason


def test_a_banned_account_pauses_its_store_and_tells_its_agents(door):
    alerts = Counted("mostrador_account_notices_total", {"store": "store-1", "severity": "alert"})

    assert door.post(notice("account_update", BANNED)).status_code == 200

    assert kept(door) == [("account_update", "DISABLED_UPDATE", "alert")]
    assert standing(door) == ("paused", "account_disabled")
    ((told, refs),) = door.rows("SELECT type, refs FROM events")
    assert (told, refs) == ("store_paused", {"reason": "account_disabled"})
    assert alerts.grew() == 1


@pytest.mark.parametrize(
    ("field", "makes_due"),
    [
        ("message_template_status_update", True),
        ("message_template_components_update", True),
        ("template_category_update", True),
        ("phone_number_quality_update", False),
    ],
)
def test_a_notice_of_templates_makes_their_list_due(door, registration, field, makes_due):
    registration.change("store-1", StoreChange(waba_id="200000000000001"))
    door.rows(
        "UPDATE template_lists SET due_at = clock_timestamp() + interval '1 hour' RETURNING 1"
    )

    door.post(notice(field, {"event": "APPROVED", "message_template_name": "aviso"}))

    ((is_due,),) = door.rows("SELECT due_at <= clock_timestamp() FROM template_lists")
    assert is_due is makes_due


def test_an_expired_token_pauses_the_store(door):
    door.post(delivery(change(errors=[{"code": 190, "title": "Access token has expired"}])))

    assert standing(door) == ("paused", "token_expired")


def test_the_same_notice_again_does_not_pause_a_store_that_was_made_active(door, registration):
    door.post(notice("account_update", BANNED))
    registration.change("store-1", StoreChange(status="active"))

    door.post(notice("account_update", BANNED))
    assert standing(door) == ("active", "")
    door.post(notice("account_update", BANNED, time=1767229200))
    assert standing(door) == ("paused", "account_disabled")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("phone_number_quality_update", {"event": "FLAGGED", "current_limit": "TIER_1K"}),
        ("message_template_status_update", {"event": "REJECTED"}),
        ("user_preferences", {"user_preferences": [{"value": "stop"}]}),
        ("history", {"history": [{"threads": []}]}),
    ],
)
def test_other_notices_are_kept_and_change_nothing(door, field, value):
    value = value | {"metadata": {"phone_number_id": NUMBERS["store-1"]}}

    for _ in range(2):
        assert door.post(notice(field, value)).status_code == 200

    assert [row.field for row in kept(door)] == [field]
    assert standing(door) == ("active", "")


def test_a_notice_of_another_account_is_set_aside_and_told_where_it_is_an_alert(door, registration):
    registration.change("store-1", StoreChange(waba_id="200000000000001"))

    door.post(notice("account_update", BANNED, waba="200000000000009"))
    door.post(notice("account_update", {"event": "VERIFIED_ACCOUNT"}, waba="200000000000009"))

    assert door.counts() == {"quarantine": 2, "account_notices": 1}
    assert standing(door) == ("active", "")


OURS, ANOTHERS = "200000000000001", "200000000000009"
NUMBERED = BANNED | {"phone_number": "576015550001"}
BY_ID = {"metadata": {"phone_number_id": NUMBERS["store-1"]}}


@pytest.mark.parametrize(
    ("known_account", "value", "account"),
    [
        ("", BANNED, ANOTHERS),
        ("", BANNED, ""),
        (OURS, BANNED, OURS),
        ("", NUMBERED | BY_ID, ANOTHERS),
        (OURS, NUMBERED | BY_ID, OURS),
    ],
)
def test_a_notice_that_is_surely_about_a_store_pauses_it(
    door, registration, known_account, value, account
):
    registration.change("store-1", StoreChange(waba_id=known_account))

    door.post(notice("account_update", value, waba=account))

    assert standing(door) == ("paused", "account_disabled")


@pytest.mark.parametrize(
    ("known_account", "value", "account"),
    [
        ("", NUMBERED, OURS),
        ("", BANNED | {"display_phone_number": "+57 601 555-0002"}, ""),
        ("", BANNED | {"display_phone_number": "-", "phone_number": "576015550002"}, ""),
        (OURS, NUMBERED, OURS),
        (OURS, BANNED, ""),
    ],
)
def test_a_notice_that_may_be_about_another_number_is_told_and_pauses_nothing(
    door, registration, known_account, value, account
):
    registration.change("store-1", StoreChange(waba_id=known_account))
    alerts = Counted("mostrador_account_notices_total", {"store": "store-1", "severity": "alert"})

    door.post(notice("account_update", value, waba=account))

    assert kept(door) == [("account_update", "DISABLED_UPDATE", "alert")]
    assert (alerts.grew(), standing(door)) == (1, ("active", ""))


def echo(**values):
    written = {"sender": "5715550100", "to": "573005550101", "timestamp": str(int(time.time()))}
    said = message("wamid.echo", "yo le ayudo", **(written | values))
    value = {"metadata": {"phone_number_id": NUMBERS["store-1"]}, "message_echoes": [said]}
    return delivery({"field": "smb_message_echoes", "value": value})


def owner(door):
    (found,) = door.rows("SELECT owner, handover_trigger, epoch FROM conversations")
    return tuple(found)


@pytest.fixture
def talking(door):
    """A door at which a customer has begun to talk with the bot."""
    door.deliver(message("wamid.a"))
    door.rows("SELECT open_session(store_id, conversation_id, now()) FROM conversations")
    return door


def test_a_person_who_answers_from_the_phone_silences_the_bot_at_once(talking):
    talking.post(echo())

    assert owner(talking) == ("queue", "PHONE_APP", 2)
    assert talking.wamids() == ["wamid.a", "wamid.echo"]


@pytest.mark.parametrize(
    "values",
    [
        {"timestamp": str(int(time.time()) - 30 * 3600)},
        {"type": "reaction", "reaction": {"message_id": "wamid.a", "emoji": "👍"}},
    ],
    ids=["of yesterday", "a reaction"],
)
def test_what_is_no_answer_of_now_leaves_the_bot_its_conversation(talking, values):
    talking.post(echo(**values))

    assert owner(talking) == ("bot", "", 1)
    assert talking.wamids() == ["wamid.a", "wamid.echo"]


WHO = "573001112233"


def told(value, said_at, **more):
    said = {"wa_id": WHO, "category": "marketing_messages", "value": value, "timestamp": said_at}
    return notice("user_preferences", BY_ID | {"user_preferences": [said | more]})


def opted_out(door):
    rows = door.rows("SELECT phone, opted_out_at IS NOT NULL FROM contacts ORDER BY phone")
    return [(phone, bool(is_out)) for phone, is_out in rows]


def test_who_wants_no_advertising_is_known_and_the_latest_word_counts(door):
    """Whatever the order they come in, and also of somebody who never wrote."""
    door.post(told("stop", 1767225000))
    assert opted_out(door) == [(WHO, True)]
    door.post(told("resume", 1767225900))
    assert opted_out(door) == [(WHO, False)]
    door.post(told("stop", 1767225600))
    assert opted_out(door) == [(WHO, False)]
    door.post(told("stop", 1767226000, category="something_else"))
    door.post(told("perhaps", 1767226000))
    assert opted_out(door) == [(WHO, False)]
    door.post(told("stop", 1767227000))

    assert door.post(delivery(change(message("wamid.1", sender=WHO)))).status_code == 200
    assert opted_out(door) == [(WHO, True)]
