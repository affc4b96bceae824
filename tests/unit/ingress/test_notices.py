"""What WhatsApp says of an account: how grave it is, and whether the store must stop."""

import json

import pytest

from ingress.notice_rules import ERRORS, EVENTS, FIELDS
from ingress.payloads import parse

from .read import PAYLOADS, delivery, only_change

EXPECTED = {
    # What happened, how grave it is, whether the store stops, and why.
    "account_disabled": ("DISABLED_UPDATE", "alert", True, "account_disabled"),
    "account_will_be_disabled": ("DISABLED_UPDATE", "alert", False, "account_will_be_disabled"),
    "account_reinstated": ("DISABLED_UPDATE", "notice", False, "account_reinstated"),
    "account_violation": ("ACCOUNT_VIOLATION", "alert", False, "account_violation"),
    "account_violation_and_ban": ("ACCOUNT_VIOLATION", "alert", True, "account_disabled"),
    "account_restricted": ("ACCOUNT_RESTRICTION", "alert", False, "account_restricted"),
    "answers_restricted": ("ACCOUNT_RESTRICTION", "alert", True, "answers_restricted"),
    "account_deleted": ("ACCOUNT_DELETED", "alert", True, "account_deleted"),
    "account_offboarded": ("ACCOUNT_OFFBOARDED", "alert", True, "account_offboarded"),
    "account_disconnected": ("PARTNER_REMOVED", "alert", True, "account_disconnected"),
    "account_event_of_the_future": ("SOMETHING_NEW", "warning", False, ""),
    "account_verified": ("VERIFIED_ACCOUNT", "notice", False, ""),
    "partner_removed": ("PARTNER_REMOVED", "alert", False, "partner_removed"),
    "token_expired": ("PARTNER_ADDED", "alert", True, "token_expired"),
    "alert_critical": ("OBA_REJECTED", "alert", False, "account_alert"),
    "alert_flat": ("PROFILE_PICTURE_LOST", "warning", False, "account_alert"),
    "review_approved": ("APPROVED", "notice", False, ""),
    "review_rejected": ("REJECTED", "alert", False, "account_rejected"),
    "quality_flagged": ("FLAGGED", "warning", False, "quality_low"),
    "quality_upgraded": ("THROUGHPUT_UPGRADE", "notice", False, ""),
    "name_rejected": ("REJECTED", "warning", False, "name_rejected"),
    "capability": ("", "notice", False, ""),
    "template_approved": ("APPROVED", "notice", False, ""),
    "template_paused": ("PAUSED", "warning", False, "template_paused"),
    "template_quality": ("RED", "warning", False, "template_quality_low"),
    "template_category": ("", "notice", False, ""),
    "template_components": ("", "notice", False, ""),
    "user_preferences": ("stop", "notice", False, ""),
    "history": ("", "notice", False, ""),
    "history_with_media": ("", "notice", False, ""),
    "history_declined": ("2593109", "notice", False, "history_not_shared"),
    "app_state": ("add", "notice", False, ""),
    "group_participants": ("group_participants_add", "notice", False, ""),
    "security_pin": ("PIN_CHANGED", "warning", False, ""),
    "payment_unready": ("Needs Connecting", "warning", False, "payment_unready"),
    "standby": ("", "notice", False, ""),
    "call_status": ("RINGING", "notice", False, ""),
}
NAMES = sorted(path.stem for path in (PAYLOADS / "notices").glob("*.json"))


def read(notice):
    return notice.event, notice.severity, notice.pauses, notice.reason


@pytest.mark.parametrize("name", [name for name in NAMES if name != "field_of_the_future"])
def test_each_notice_is_as_grave_as_it_is(name):
    change = only_change(f"notices/{name}")

    assert change.notice.field == change.field
    assert change.waba_id == "200000000000001"
    assert read(change.notice) == EXPECTED[name]


@pytest.mark.parametrize("name", NAMES)
def test_what_stands_in_a_notice_is_no_mail_of_ours(name):
    """Old messages of a history, and those that another bot answers, least of all."""
    change = only_change(f"notices/{name}")

    assert (change.messages, change.echoes, change.statuses) == ((), (), ())


def test_a_notice_names_the_number_it_is_of():
    assert only_change("notices/account_offboarded").notice.number == "576015550001"
    assert only_change("notices/account_disabled").notice.number == ""


def test_a_field_nobody_knows_is_left_to_the_quarantine():
    change = only_change("notices/field_of_the_future")

    assert (change.field, change.notice) == ("holograms", None)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("token_expired", ("190", "alert", True, "token_expired")),
        ("errors_only", ("130429", "warning", False, "platform_error")),
        ("status_failed_beside", ("130429", "warning", False, "platform_error")),
    ],
)
def test_an_error_beside_the_messages_is_a_notice(name, expected):
    change = only_change(name)

    assert read(change.notice) == expected
    assert change.errors[0].code == expected[0]


def test_the_gravest_of_several_errors_counts():
    errors = [{"code": 130429}, {"code": 190, "title": "Expired"}, {"code": 131031}]
    (change,) = parse(delivery(errors=errors))

    assert read(change.notice) == ("130429", "alert", True, "token_expired")


@pytest.mark.parametrize("name", ["text", "status_read", "echo_text", "call_connect"])
def test_mail_is_no_notice(name):
    assert only_change(name).notice is None


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("value", [None, [], "x", {}, {"event": {}}, {"ban_info": []}])
def test_a_notice_without_its_parts_never_pauses(field, value):
    body = {"entry": [{"changes": [{"field": field, "value": value}]}]}
    (change,) = parse(json.dumps(body).encode())

    assert change.notice is None or not change.notice.pauses


def test_whatever_pauses_a_store_is_an_alert_with_a_reason():
    for meaning in (*EVENTS.values(), *ERRORS.values()):
        assert not meaning.pauses or (meaning.severity == "alert" and meaning.reason)
    assert {field for field, _ in EVENTS} <= FIELDS.keys()
