"""A delivery with more elements than Meta ever sends is refused before it is read."""

import json
import time
import timeit

import pytest

from ingress.element_limits import TooManyElementsError
from ingress.payloads import looks_large, parse

from .read import LUCIA, NUMBER, PAYLOADS, delivery


def element(number=0):
    return {"from": f"57300{number:07}", "id": f"wamid.{number}", "type": "text", "text": {}}


def of_changes(count, **value):
    """Write a delivery of so many changes, each in an entry of its own."""
    value = {"metadata": {"phone_number_id": NUMBER}} | value
    entry = {"id": "1", "changes": [{"field": "messages", "value": value}]}
    return json.dumps({"entry": [entry] * count}).encode()


def of_one_entry(count):
    return json.dumps({"entry": [{"changes": [{"field": "messages"}] * count}]}).encode()


def test_as_many_as_meta_sends_are_read_each_by_its_own_name():
    contacts = [
        {"wa_id": f"57300{each:07}", "profile": {"name": str(each)}} for each in range(1000)
    ]
    (change,) = parse(delivery(*map(element, range(1000)), contacts=contacts))

    assert [each.name for each in change.messages] == [str(each) for each in range(1000)]
    of_many = parse(of_changes(1000, messages=[element()], contacts=[{"wa_id": LUCIA}]))
    assert sum(len(each.messages) for each in of_many) == 1000


@pytest.mark.parametrize(
    "body",
    [
        delivery(*[element()] * 1001),
        delivery(*[1] * 1001),
        delivery(statuses=[{"id": "a"}] * 1001),
        delivery(*[element()] * 501, statuses=[{"id": "a"}] * 500),
        delivery(field="smb_message_echoes", message_echoes=[element()] * 1001),
        delivery(field="calls", calls=[{"id": "a"}] * 1001),
        delivery(field="user_preferences", user_preferences=[{"wa_id": LUCIA}] * 1001),
        of_changes(501, messages=[1, 2]),
        delivery(element(), contacts=[{"wa_id": LUCIA}] * 2001),
        of_changes(1000, contacts=[1, 2, 3]),
        of_changes(2001),
        of_one_entry(2001),
        b'{"entry": [' + b"1," * 2000 + b"1]}",
    ],
    ids=lambda body: f"{len(body)} bytes",
)
def test_more_than_meta_ever_sends_is_refused(body):
    with pytest.raises(TooManyElementsError) as refusal:
        parse(body)

    assert refusal.value.code == "too_many_elements"


@pytest.mark.parametrize(
    "body",
    [
        delivery(statuses=[{"id": "a"}] * 200_000),
        delivery(*[1] * 460_000),
        delivery(
            *map(element, range(20_000)),
            contacts=[{"wa_id": f"57300{each:07}"} for each in range(20_000)],
        ),
    ],
    ids=["statuses", "numbers", "contacts"],
)
def test_a_body_full_of_tiny_elements_costs_little_more_than_its_json(body):
    def refuse():
        with pytest.raises(TooManyElementsError):
            parse(body)

    # Reading them took five to thirty seconds. The best of three, because the process that runs
    # the whole suite has a large heap, and whoever comes last pays for collecting it.
    assert best_of_three(refuse) < 5 * best_of_three(lambda: json.loads(body)) + 0.5


def best_of_three(call):
    """Give the least seconds of CPU that a call took."""
    return min(timeit.repeat(call, timer=time.process_time, number=1, repeat=3))


@pytest.mark.parametrize("name", ["text", "batch", "status_read_v26", "order_of_two"])
def test_what_meta_mostly_sends_does_not_look_large(name):
    assert not looks_large((PAYLOADS / f"{name}.json").read_bytes())
    assert not looks_large(delivery(*map(element, range(60))))


def test_many_elements_or_many_bytes_look_large():
    assert looks_large(delivery(*[1] * 1000))
    assert looks_large(delivery(*map(element, range(1000))))
    assert looks_large(b" " * 65_537)
