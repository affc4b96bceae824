"""Payloads with something broken in them: never an error, and the siblings are kept."""

import json
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from common.contents import MOST_BYTES
from common.errors import InvalidRequestError
from ingress.payloads import Change, parse

from .mutations import mutated
from .read import LUCIA, NUMBER, OURS, PAYLOADS

ALL = [json.loads(path.read_bytes()) for path in sorted(PAYLOADS.rglob("*.json"))]
ELEMENTS = [
    element
    for payload in ALL
    for name in ("messages", "message_echoes", "calls", "statuses", "contacts")
    for element in payload["entry"][0]["changes"][0]["value"].get(name, [])
]
GOOD = [
    {"from": LUCIA, "id": f"wamid.good{n}", "type": "text", "text": {"body": f"bien {n}"}}
    for n in range(2)
]
METADATA = {"phone_number_id": NUMBER, "display_phone_number": OURS}


def envelope(*messages, **value):
    value = {"metadata": METADATA, "messages": list(messages)} | value
    return {"id": "1", "changes": [{"field": "messages", "value": value}]}


def read(payload) -> tuple[Change, ...] | None:
    """Parse a delivery, of which every value must be fit to be stored; None when refused."""
    try:
        changes = parse(json.dumps(payload).encode())
    except InvalidRequestError:
        return None
    for change in changes:
        for message in change.messages + change.echoes:
            assert type(message).from_bytes(message.to_bytes()) == message
            assert_storable(message.wamid, message.user_id, message.target, message.reply_to)
            assert len(json.dumps(message.details, allow_nan=False)) <= MOST_BYTES
            assert_storable(json.dumps(message.details, ensure_ascii=False))
            assert_storable(*(message.media or {}).values())
        for status in change.statuses:
            assert type(status).from_bytes(status.to_bytes()) == status
            assert_storable(status.event_id, status.error_code, status.error_title)
        if change.notice:
            assert_storable(change.notice.event, change.waba_id)
    return changes


def assert_storable(*texts):
    for text in texts:
        assert "\x00" not in (text or "")
        (text or "").encode()


SEEDS = st.integers(0, 2**32)


@settings(max_examples=250, deadline=None)
@given(seed=SEEDS, payload=st.sampled_from(ALL))
def test_whatever_is_broken_in_one_entry_the_others_are_kept(seed, payload):
    broken = mutated(Random(seed), payload)
    entries = broken.get("entry") if isinstance(broken, dict) else broken
    entries = entries if isinstance(entries, list) else [entries]
    changes = read({"entry": [envelope(GOOD[0]), *entries, envelope(GOOD[1])]})

    if changes is not None:
        kept = [changes[0].messages[0], changes[-1].messages[0]]
        assert [(each.wamid, each.text) for each in kept] == [
            ("wamid.good0", "bien 0"),
            ("wamid.good1", "bien 1"),
        ]


@settings(max_examples=250, deadline=None)
@given(seed=SEEDS, element=st.sampled_from(ELEMENTS))
def test_whatever_is_broken_in_one_message_its_neighbours_are_kept(seed, element):
    broken = mutated(Random(seed), element)
    changes = read({"entry": [envelope(GOOD[0], broken, GOOD[1], contacts=[broken])]})

    if changes is not None:
        (change,) = changes
        assert len(change.messages) == 3
        assert [change.messages[n].wamid for n in (0, 2)] == ["wamid.good0", "wamid.good1"]


def test_the_same_seed_breaks_the_same_things():
    assert mutated(Random(7), ALL[0]) == mutated(Random(7), ALL[0])
