import json
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from common.errors import InvalidRequestError
from common.inbound import InboundMessage
from ingress.payloads import parse

PAYLOADS = Path(__file__).parents[2] / "payloads"
NUMBER = "100000000000001"


def read(name):
    return parse((PAYLOADS / f"{name}.json").read_bytes())


def only_message(name):
    (change,) = read(name)
    (message,) = change.messages
    return message


def delivery(*messages, **value):
    value = {"metadata": {"phone_number_id": NUMBER}, "messages": list(messages)} | value
    return json.dumps({"entry": [{"changes": [{"field": "messages", "value": value}]}]}).encode()


def parsed(message, **value):
    (change,) = parse(delivery(message, **value))
    return change.messages[0]


@pytest.mark.parametrize("path", sorted(PAYLOADS.glob("*.json")), ids=lambda path: path.stem)
def test_every_kind_of_delivery_is_read_and_comes_back_from_the_inbox(path):
    for change in parse(path.read_bytes()):
        for message in change.messages:
            assert InboundMessage.from_bytes(message.to_bytes()) == message


def test_a_text_says_who_wrote_what_when_and_to_which_message():
    message = only_message("text")

    assert message.wamid == "wamid.text1"
    assert (message.kind, message.text) == ("text", "¿Tienen suculentas? 🌵")
    assert (message.phone, message.user_id) == ("573005550101", "CO.prueba101")
    assert (message.name, message.sent_at) == ("Lucía Prueba", 1767225600)
    assert message.reply_to == "wamid.earlier"
    assert message.raw["type"] == "text"


@pytest.mark.parametrize(
    ("name", "kind", "text"),
    [
        ("image", "image", "Busco una como esta"),
        ("audio", "audio", ""),
        ("location", "location", ""),
        ("button", "button", "Sí, confirmo"),
        ("list_reply", "interactive", "Cactus"),
        ("reaction_removed", "reaction", ""),
        ("order", "order", "Para el viernes\ncactus-1"),
        ("contacts", "contacts", ""),
        ("number_changed", "system", ""),
        ("unsupported", "unsupported", ""),
    ],
)
def test_each_kind_carries_the_words_it_has(name, kind, text):
    message = only_message(name)

    assert (message.kind, message.text) == (kind, text)
    assert message.phone == "573005550101"


def test_a_batch_keeps_every_element_in_its_order():
    changes = read("batch")

    assert [[m.text for m in change.messages] for change in changes] == [["uno", "dos"], ["tres"]]
    assert [m.name for m in changes[0].messages] == ["Lucía Prueba", "Mateo Prueba"]


def test_who_hides_the_number_is_known_by_the_list_of_contacts():
    message = only_message("without_number")

    assert (message.phone, message.user_id) == (None, "CO.oculta1")
    assert message.name == "Persona Oculta"


def test_an_id_in_the_place_of_a_number_is_an_id():
    message = parsed({"from": "CO.abc", "id": "a"}, contacts=[{"wa_id": "CO.abc", "profile": {}}])

    assert (message.phone, message.user_id) == (None, "CO.abc")


def test_one_persons_name_is_never_given_to_another():
    contacts = [{"wa_id": "573001", "profile": {"name": "Ana"}}, {"user_id": "CO.b"}]

    assert parsed({"from_user_id": "CO.b", "id": "a"}, contacts=contacts).name == ""
    assert parsed({"id": "a"}, contacts=contacts).name == ""
    assert parsed({"from": "573001", "id": "a"}, contacts=contacts).name == "Ana"


def test_a_status_says_which_send_it_speaks_of():
    ((status,),) = [change.statuses for change in read("status_read")]

    assert (status.wamid, status.status) == ("wamid.sent1", "read")
    assert status.callback_data == "v1:part:1:tag"
    assert status.sent_at == 1767225601


def test_a_failed_status_says_why():
    ((status,),) = [change.statuses for change in read("status_failed")]

    assert (status.status, status.error_code) == ("failed", "131047")
    assert status.error_title == "Re-engagement message"


def test_another_field_is_kept_raw():
    (change,) = read("account_alert")

    assert change.field == "account_alerts"
    assert (change.messages, change.statuses) == ((), ())
    assert change.raw["value"]["entity_type"] == "PHONE_NUMBER"


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
