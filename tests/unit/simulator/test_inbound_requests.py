"""What a customer does becomes the delivery Meta would make of it."""

import pytest

from common.errors import InvalidRequestError
from simulator.inbound_requests import Stamps, parse_delivery
from simulator.store import SimulatedStore

STORE = SimulatedStore("store-1", "100", "secret", "5760112")
PHONE = "573001112233"


def read(body):
    ids = iter(range(1, 100))
    return parse_delivery(body, STORE, Stamps(1700000000, lambda: f"wamid.{next(ids)}"))


def value_of(body):
    return read(body).envelope["entry"][0]["changes"][0]["value"]


def test_a_text_becomes_metas_envelope():
    delivery = read({"from": f"+{PHONE}", "text": "Hola", "name": "Ana"})

    assert (delivery.wamids, delivery.repeat) == (("wamid.1",), 1)
    assert delivery.envelope == {
        "object": "whatsapp_business_account",
        "entry": [
            {
                "id": "10100",
                "changes": [
                    {
                        "value": {
                            "messaging_product": "whatsapp",
                            "metadata": {
                                "display_phone_number": "5760112",
                                "phone_number_id": "100",
                            },
                            "contacts": [{"profile": {"name": "Ana"}, "wa_id": PHONE}],
                            "messages": [
                                {
                                    "from": PHONE,
                                    "id": "wamid.1",
                                    "timestamp": "1700000000",
                                    "text": {"body": "Hola"},
                                    "type": "text",
                                }
                            ],
                        },
                        "field": "messages",
                    }
                ],
            }
        ],
    }


def test_an_id_and_a_time_of_ones_own_are_kept():
    [message] = value_of({"from": PHONE, "text": "Hola", "id": "wamid.x", "timestamp": 5})[
        "messages"
    ]

    assert (message["id"], message["timestamp"]) == ("wamid.x", "5")


def test_a_payload_may_be_any_type_and_wins_over_what_is_filled_in():
    payload = {"type": "image", "image": {"id": "9"}, "timestamp": ""}

    [message] = value_of({"from": PHONE, "payload": payload})["messages"]

    assert message == {"from": PHONE, "id": "wamid.1", **payload}


def test_a_sender_with_a_dot_is_a_user_without_a_phone():
    value = value_of({"from": "CO.abc", "text": "Hola", "name": "Ana"})

    assert value["contacts"] == [{"profile": {"name": "Ana"}, "user_id": "CO.abc"}]
    assert "from" not in value["messages"][0]
    assert value["messages"][0]["from_user_id"] == "CO.abc"


def test_a_system_message_has_no_contacts():
    payload = {"type": "system", "system": {"type": "user_changed_number", "wa_id": "57"}}

    assert "contacts" not in value_of({"from": PHONE, "payload": payload})


def test_a_batch_is_one_value_with_each_contact_once():
    value = value_of({"messages": [{"from": PHONE, "text": text} for text in ("uno", "dos")]})

    assert [message["text"]["body"] for message in value["messages"]] == ["uno", "dos"]
    assert len(value["contacts"]) == 1


def test_a_batch_may_give_each_message_its_own_entry():
    items = [{"from": PHONE, "text": text} for text in ("uno", "dos")]

    delivery = read({"messages": items, "entries": True, "repeat": 3})

    assert len(delivery.envelope["entry"]) == 2
    assert (delivery.wamids, delivery.repeat) == (("wamid.1", "wamid.2"), 3)


def test_a_whole_value_is_completed_and_a_whole_envelope_left_alone():
    value = {"messages": [{"id": "wamid.9", "type": "text"}], "errors": []}
    envelope = {"object": "anything", "entry": []}

    delivery = read({"payload": value})

    assert delivery.wamids == ("wamid.9",)
    assert delivery.envelope["entry"][0]["changes"][0]["value"] == {
        "messaging_product": "whatsapp",
        "metadata": STORE.metadata,
        **value,
    }
    assert read({"payload": envelope}).envelope == envelope


def test_another_field_of_the_webhook_carries_its_value_verbatim():
    delivery = read({"field": "account_update", "payload": {"event": "DISABLED_UPDATE"}})

    [change] = delivery.envelope["entry"][0]["changes"]
    assert change == {"value": {"event": "DISABLED_UPDATE"}, "field": "account_update"}


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"from": PHONE},
        {"text": "Hola"},
        {"from": PHONE, "text": "Hola", "payload": {}},
        {"from": PHONE, "text": 5},
        {"from": PHONE, "payload": "Hola"},
        {"from": PHONE, "text": "Hola", "repeat": 0},
        {"from": PHONE, "text": "Hola", "colour": "red"},
        {"messages": []},
        {"messages": ["Hola"]},
        {"messages": [{"from": PHONE, "payload": {"statuses": []}}]},
    ],
)
def test_a_request_that_makes_no_sense_is_refused(body):
    with pytest.raises(InvalidRequestError):
        read(body)
