import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from common.errors import InvalidRequestError
from ingress.payloads import parse

from .read import PAYLOADS, delivery, only_change, only_message, only_status, parsed


def test_a_text_says_who_wrote_what_when_and_to_which_message():
    message = only_message("text")

    assert message.wamid == "wamid.text1"
    assert (message.kind, message.text) == ("text", "¿Tienen suculentas? 🌵")
    assert (message.phone, message.user_id) == ("573005550101", "CO.prueba101")
    assert (message.name, message.sent_at) == ("Lucía Prueba", 1767225600)
    assert message.reply_to == "wamid.earlier"
    assert message.raw["type"] == "text"


def test_a_batch_keeps_every_element_in_its_order():
    changes = parse((PAYLOADS / "batch.json").read_bytes())

    assert [[m.text for m in change.messages] for change in changes] == [["uno", "dos"], ["tres"]]
    assert [m.name for m in changes[0].messages] == ["Lucía Prueba", "Mateo Prueba"]


def test_a_status_says_which_send_it_speaks_of():
    status = only_status("status_read")

    assert (status.wamid, status.status) == ("wamid.sent1", "read")
    assert status.callback_data == "v1:part:1:tag"
    assert status.sent_at == 1767225601


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("status_sent_v21", "sent"),
        ("status_delivered_v24", "delivered"),
        ("status_read_v26", "read"),
        ("status_played", "played"),
        ("status_of_a_group", "read"),
    ],
)
def test_every_versions_status_says_what_became_of_it(name, step):
    status = only_status(name)

    assert (status.wamid, status.status) == (f"wamid.{name}", step)
    assert status.errors == []


@pytest.mark.parametrize(
    ("name", "codes", "title"),
    [
        ("status_failed", ["131047"], "Re-engagement message"),
        ("status_failed_twice", ["131026", "131000"], "Message undeliverable"),
        ("status_failed_beside", ["130429"], "Rate limit hit"),
    ],
)
def test_a_failed_status_says_why_wherever_it_stands(name, codes, title):
    status = only_status(name)

    assert (status.status, status.error_code) == ("failed", codes[0])
    assert status.error_title == title
    assert [each["code"] for each in status.errors] == codes


def test_an_error_beside_a_status_that_did_not_fail_is_not_its_own():
    (change,) = parse(delivery(statuses=[{"id": "a", "status": "sent"}], errors=[{"code": 1}]))

    assert change.statuses[0].error_code == ""
    assert change.errors[0].code == "1"


def test_another_field_is_kept_raw():
    change = only_change("account_alert")

    assert change.field == "account_alerts"
    assert (change.messages, change.statuses) == ((), ())
    assert change.raw["value"]["entity_type"] == "PHONE_NUMBER"


def test_a_change_says_which_account_and_number_it_is_of():
    change = only_change("text")

    assert (change.waba_id, change.phone_number_id) == ("200000000000001", "100000000000001")


def test_mail_without_a_field_is_mail():
    body = {"entry": [{"changes": [{"value": {"messages": [{"from": "573001", "id": "a"}]}}]}]}
    (change,) = parse(json.dumps(body).encode())

    assert (change.field, change.messages[0].wamid) == ("messages", "a")


def test_each_event_of_a_call_is_an_element_of_its_own():
    names = ("call_connect", "call_terminate")

    assert [only_message(name).wamid for name in names] == ["wacid.1|connect", "wacid.1|terminate"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"hola",
        b"{",
        b'{"a": NaN}',
        b"-Infinity",
        b"\xff\xff",
        b"\x00",
        b'{"a": ' + b"9" * 5000 + b"}",
    ],
)
def test_bytes_that_are_not_json_are_refused(body):
    with pytest.raises(InvalidRequestError) as refusal:
        parse(body)

    assert refusal.value.code == "not_json"


@pytest.mark.parametrize("levels", [40, 400, 1_100, 100_000])
@pytest.mark.parametrize(("opened", "closed"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_what_is_nested_without_end_is_refused(opened, closed, levels):
    with pytest.raises(InvalidRequestError) as refusal:
        parse(opened * levels + b"1" + closed * levels)

    assert refusal.value.code == "too_deep"


def test_what_is_nested_as_deep_as_anything_real_is_read():
    inner = "x"
    for _ in range(20):
        inner = [inner]

    assert parsed({"id": "a", "flow": inner}).raw["flow"] == inner


ANY_TEXT = st.text(alphabet=st.characters(codec=None, exclude_categories=()), max_size=20)
ANY_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=8,
)


@given(ANY_JSON)
@example([])
@example({"entry": {"changes": 1}})
@example({"entry": [None, {"changes": [None, {"value": []}]}]})
def test_any_json_at_all_is_read_without_an_error(envelope):
    parse(json.dumps(envelope).encode())


MESSAGE_FIELDS = ("id", "from", "from_user_id", "timestamp", "type", "text", "context", "errors")
STATUS_FIELDS = ("id", "status", "timestamp", "biz_opaque_callback_data", "errors")


def weird(names):
    return ANY_JSON | st.dictionaries(st.sampled_from(names), ANY_JSON)


@settings(max_examples=60)
@given(
    messages=st.lists(weird(MESSAGE_FIELDS), max_size=3),
    statuses=st.lists(weird(STATUS_FIELDS), max_size=3),
    contacts=st.lists(weird(("wa_id", "user_id", "profile")), max_size=3),
    metadata=weird(("phone_number_id",)),
)
def test_any_type_in_any_place_becomes_values_that_can_be_stored(
    messages, statuses, contacts, metadata
):
    body = delivery(*messages, statuses=statuses, contacts=contacts, metadata=metadata)

    for change in parse(body):
        assert len(change.messages) == len(messages)
        assert len(change.statuses) == len(statuses)
        for each in (*change.messages, *change.statuses):
            assert 0 < len(each.wamid.encode()) <= 1024
            assert "\x00" not in each.wamid
            type(each).from_bytes(each.to_bytes())
        for status in change.statuses:
            f"{status.event_id}{status.error_code}{status.error_title}".encode()
            assert len(status.status) <= 256
