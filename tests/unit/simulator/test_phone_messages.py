"""Which messages of a delivery appear on a phone, whatever its shape."""

import pytest

from simulator.phone_messages import PhoneKey, messages_in


def envelope(*messages):
    return {"entry": [{"changes": [{"value": {"messages": list(messages)}}]}]}


def test_every_message_goes_to_the_phone_that_wrote_it():
    one = {"from": "+573001112233", "id": "wamid.1", "type": "text"}
    two = {"from_user_id": "CO.abc", "id": "wamid.2", "type": "text"}

    written = list(messages_in(envelope(one, two), "store-1"))

    assert [each.key for each in written] == [
        PhoneKey("store-1", "573001112233"),
        PhoneKey("store-1", "CO.abc"),
    ]
    assert [each.wamid for each in written] == ["wamid.1", "wamid.2"]


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"entry": 1},
        {"entry": [None, {"changes": {}}]},
        {"entry": [{"changes": [{"value": []}, {"value": {"messages": "x"}}]}]},
        envelope({"from": 5, "id": "wamid.1"}, {"from": "573001112233"}, "x"),
    ],
)
def test_wrong_shapes_show_nothing(wrong):
    assert list(messages_in(wrong, "store-1")) == []
