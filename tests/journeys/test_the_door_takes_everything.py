"""Large deliveries, and every way to write JSON that Meta signs."""

import json
import time
from collections import defaultdict
from itertools import cycle
from pathlib import Path

import pytest

from tests.waiting import eventually

from .metas_side import envelope, envelope_of, post, post_raw, signed, store_facts

PAYLOADS = Path(__file__).parents[1] / "payloads"
PEOPLE, MESSAGES, STATUSES = 50, 600, 400
MOST_SECONDS = 1.0
TRIES = 3  # the best counts: on a machine that does much else one may be slow
# Whom these name is not who is written here: they join people, or have nobody.
_OF_PEOPLE = {"system", "request_welcome"}


def messages_of_every_kind():
    payloads = [json.loads(path.read_bytes()) for path in sorted(PAYLOADS.glob("*.json"))]
    entries = [entry for payload in payloads for entry in payload["entry"]]
    values = [change["value"] for entry in entries for change in entry["changes"]]
    messages = [each for value in values for each in value.get("messages", [])]
    named = ("from", "from_user_id", "id", "timestamp")
    return [
        {name: value for name, value in message.items() if name not in named}
        for message in messages
        if isinstance(message, dict) and message.get("type") not in _OF_PEOPLE
    ]


@pytest.mark.measures
def test_a_thousand_updates_of_every_kind_in_one_delivery_are_taken_within_a_second(stack, phone):
    one, took, given = store_facts(stack, 1), [], defaultdict(list)
    stack.write(phone, "hola")  # the first delivery of a store opens its secrets
    while len(took) < TRIES and min(took, default=MOST_SECONDS + 1) > MOST_SECONDS:
        messages, statuses = a_thousand(phone, len(took))
        body = envelope_of(one["phone_number_id"], messages, statuses=statuses)
        began = time.monotonic()
        answer = post(stack, "store-1", body, one["app_secret"])
        took.append(time.monotonic() - began)
        assert answer.status_code == 200
        for message in messages:
            given[message["from"]].append(message["id"])

    assert min(took) <= MOST_SECONDS, took
    held = defaultdict(list)
    for row in stack.sql(
        "SELECT event_id, phone, seq FROM inbox LEFT JOIN contacts"
        " ON contacts.store_id = inbox.store_id AND contact_id = conversation_id"
        " WHERE event_id LIKE :ours ORDER BY seq",
        ours=f"wamid.%{phone}.%",
    ):
        held[row["phone"]].append(row["event_id"])
    assert len(held.pop(None)) == STATUSES * len(took)
    assert dict(held) == dict(given)


def a_thousand(phone, number):
    """Write the messages and statuses of one try, by and about nobody of another."""
    kinds, now = cycle(messages_of_every_kind()), str(int(time.time()))
    messages = [
        next(kinds)
        | {
            "from": f"{phone}{number}{n % PEOPLE:02}",
            "id": f"wamid.{phone}.{number}.{n}",
            "timestamp": now,
        }
        for n in range(MESSAGES)
    ]
    statuses = [
        {"id": f"wamid.sent.{phone}.{number}.{n}", "status": "read", "timestamp": now}
        for n in range(STATUSES)
    ]
    return messages, statuses


ACCENTED = "mañana a las 8, ¿sí? 🌵 https://ejemplo.invalid/a"


@pytest.mark.parametrize(
    "written",
    [
        json.dumps(ACCENTED),
        json.dumps(ACCENTED, ensure_ascii=False),
        json.dumps(ACCENTED).replace("/", "\\/"),
        json.dumps(ACCENTED).replace("\\u00f1", "\\u00F1").replace("ud83c", "uD83C"),
        json.dumps(ACCENTED).replace("las 8", "las \\u0038"),
    ],
    ids=["escaped", "raw", "slashes", "upper case", "needlessly"],
)
def test_the_bytes_are_signed_as_they_came_however_they_say_it(stack, phone, written):
    one = store_facts(stack, 1)
    body = json.dumps(envelope(one["phone_number_id"], phone, "WORDS", f"wamid.{phone}"))
    raw = body.replace('"WORDS"', written).encode()
    headers = signed(raw, one["app_secret"])
    flipped = bytearray(raw)
    flipped[len(raw) // 2] ^= 1

    assert post_raw(stack, "store-1", bytes(flipped), headers).status_code == 401
    assert stack.sql("SELECT 1 FROM contacts WHERE phone = :phone", phone=phone) == []
    assert post_raw(stack, "store-1", raw, headers).status_code == 200

    eventually(lambda: words_of(stack, phone) == [ACCENTED], what="the words in the thread")


def words_of(stack, phone):
    rows = stack.sql(
        "SELECT content FROM messages JOIN contacts ON contacts.store_id = messages.store_id"
        " AND contact_id = conversation_id WHERE phone = :phone AND role = 'user'",
        phone=phone,
    )
    return [row["content"] for row in rows]
