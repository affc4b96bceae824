"""Every element of every delivery is committed once, or set aside where a person sees it."""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import redis

from common import callbacks
from common.callbacks import Callback

from .door import NUMBERS, change, delivery, message, status

PAYLOADS = Path(__file__).parents[2] / "payloads"


def quarantined(door, store_id="store-1"):
    found = door.rows("SELECT reason, payload_sealed FROM quarantine ORDER BY 1", store_id)
    seal = door.seals[store_id]
    return [(row.reason, json.loads(seal.open(bytes(row.payload_sealed)))) for row in found]


def test_two_entries_with_three_messages_are_three_messages_in_order(door):
    body = (PAYLOADS / "batch.json").read_bytes()

    assert door.post(body).status_code == 200

    assert sorted(door.wamids()) == ["wamid.batch1", "wamid.batch2", "wamid.batch3"]
    assert door.counts() == {"inbox": 3, "contacts": 2, "conversations": 2}
    lucia = [each.wamid for each in door.stored() if each.phone == "573005550101"]
    assert lucia == ["wamid.batch1", "wamid.batch3"]


@pytest.mark.parametrize("path", sorted(PAYLOADS.glob("*.json")), ids=lambda path: path.stem)
def test_no_kind_of_delivery_is_lost_without_a_trace(door, path):
    assert door.post(path.read_bytes()).status_code == 200

    kept = door.counts()
    assert kept.get("inbox", 0) + kept.get("quarantine", 0) + kept.get("account_notices", 0) >= 1


def test_a_thousand_updates_in_one_delivery_are_a_thousand_rows(door):
    messages = [message(f"wamid.{n}", sender=f"57300{n % 50:07}") for n in range(500)]
    statuses = [status(f"wamid.sent{n}", "read") for n in range(500)]

    assert door.post(delivery(change(*messages, statuses=statuses))).status_code == 200

    assert door.counts()["inbox"] == 1000
    assert door.counts()["contacts"] == 50


def test_the_same_delivery_five_times_at_once_is_one_row(door):
    body = delivery(change(message("wamid.a")))

    with ThreadPoolExecutor(5) as meta:
        answers = list(meta.map(lambda _: door.post(body).status_code, range(5)))

    assert answers == [200] * 5
    assert door.wamids() == ["wamid.a"]
    assert door.counts() == {"inbox": 1, "contacts": 1, "conversations": 1}


def test_a_repetition_within_another_batch_adds_only_what_is_new(door):
    door.deliver(message("wamid.a"))
    door.deliver(message("wamid.b"), message("wamid.a"), message("wamid.c"))

    assert door.wamids() == ["wamid.a", "wamid.b", "wamid.c"]


def test_one_signature_does_not_open_two_stores(door):
    body = delivery(change(message("wamid.a"), number=NUMBERS["store-2"]))

    for _ in range(2):
        assert door.post(body).status_code == 200

    assert door.counts() == {"quarantine": 1}
    assert door.counts("store-2") == {}
    ((reason, kept),) = quarantined(door)
    assert reason == "foreign_number"
    assert kept["value"]["messages"][0]["id"] == "wamid.a"


def test_foreign_statuses_are_set_aside_too(door):
    foreign = change(number=NUMBERS["store-2"], statuses=[status("wamid.sent", "read")])

    door.post(delivery(foreign))

    assert door.counts() == {"quarantine": 1}


def test_a_status_of_what_the_store_sent_counts_also_when_its_number_was_changed_since(door):
    seal = door.seals["store-1"]
    ours = status("wamid.sent", "read")
    ours["biz_opaque_callback_data"] = callbacks.write(seal, Callback(str(uuid.uuid4()), 1))
    forged = status("wamid.other", "read") | {"biz_opaque_callback_data": "v1:x:1:forged"}

    door.post(delivery(change(number=NUMBERS["store-2"], statuses=[ours])))

    assert door.counts() == {"inbox": 1}
    door.post(delivery(change(number=NUMBERS["store-2"], statuses=[ours, forged])))
    assert door.counts() == {"inbox": 1, "quarantine": 1}


def test_what_is_foreign_in_a_batch_does_not_take_our_own_with_it(door):
    door.post(
        delivery(
            change(message("wamid.theirs"), number=NUMBERS["store-2"]),
            change(message("wamid.ours")),
        )
    )

    assert door.wamids() == ["wamid.ours"]
    assert [reason for reason, _ in quarantined(door)] == ["foreign_number"]


def test_a_message_without_a_sender_does_not_take_its_neighbours_with_it(door):
    nobody = message("wamid.nobody")
    del nobody["from"]

    door.deliver(message("wamid.a"), nobody, "not even an object", message("wamid.b"))

    assert door.wamids() == ["wamid.a", "wamid.b"]
    ((reason, kept),) = quarantined(door)
    assert reason == "no_sender"
    assert kept["value"]["messages"][1]["id"] == "wamid.nobody"


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"field": "of_another_year", "value": {"event": "NEW"}}, "unknown_field"),
        (change() | {"value": {"messages": [message("wamid.a")]}}, "no_number"),
        (change(messages={"not": "a list"}), "no_element"),
    ],
)
def test_what_is_not_understood_is_kept_for_a_person(door, given, reason):
    assert door.post(delivery(given)).status_code == 200

    assert quarantined(door) == [(reason, given)]


@pytest.mark.parametrize(
    "body",
    [
        "a" * 4097,
        "antes\x00después",
        "\ud83c roto \udf35",
        "🌵" * 4096,
        "   ",
        "\u202emañana\u200b",
        "5 < 10 y 20 > 3",
    ],
    ids=["4097", "nul", "lone surrogates", "emoji", "blank", "hidden", "angles"],
)
def test_what_a_customer_wrote_is_kept_to_the_last_character(door, body):
    assert door.deliver(message("wamid.a", body)).status_code == 200

    assert [each.text for each in door.stored()] == [body]


@pytest.mark.parametrize(
    "given",
    [
        message("wamid.\x00"),
        message("\ud800"),
        message("x" * 10_240),
        message(17),
        message("wamid.a", timestamp="1" * 400),
        message("wamid.a", timestamp=1767225600),
        message("wamid.a", timestamp=""),
        message("wamid.a", type=["text"], text="plain"),
        message("wamid.a", context={"id": "x" * 10_240}),
        message("wamid.a", from_user_id="CO." + "x" * 10_240),
        message("wamid.a", type="reaction", reaction={"message_id": None}),
        message("wamid.a", type="location", location={"latitude": 999, "longitude": "1e999"}),
    ],
)
def test_a_weird_message_is_a_row_like_any_other_and_its_repetition_none(door, given):
    for _ in range(2):
        assert door.deliver(given).status_code == 200

    assert door.counts() == {"inbox": 1, "contacts": 1, "conversations": 1}


@pytest.mark.parametrize("name", ["\x00", "\ud800", "x" * 100_000, 5, None, {}])
def test_no_name_keeps_its_bearer_out(door, name):
    contact = {"wa_id": "573005550101", "profile": {"name": name}}

    assert door.post(delivery(change(message("wamid.a"), contacts=[contact]))).status_code == 200
    assert door.wamids() == ["wamid.a"]


@pytest.mark.parametrize(
    "given",
    [
        status("wamid.a", "x" * 10_240),
        status("wamid.a", "\x00"),
        status("x" * 10_240, "read"),
        status(None, None),
        status("wamid.a", "failed", errors=[{"code": {"a": 1}, "title": "\x00" * 5000}]),
        status("wamid.a", "read", biz_opaque_callback_data="\ud800" * 600),
    ],
)
def test_a_weird_status_is_one_row_and_waits_for_no_customer(door, given):
    for _ in range(2):
        assert door.post(delivery(change(statuses=[given]))).status_code == 200

    assert door.counts() == {"inbox": 1}


def test_each_new_message_rings_its_conversation_once(door, redis_url):
    door.deliver(message("wamid.a"), message("wamid.b"), message("wamid.c", sender="573009"))
    door.deliver(message("wamid.a"))
    door.post(delivery(change(statuses=[status("wamid.s", "read"), status("wamid.s", "sent")])))

    with redis.Redis.from_url(redis_url) as client:
        rung = client.zcard("mostrador:rung:store-1")
        first = client.zrange("mostrador:express:shared", 0, -1)
        everything = str([client.dump(key) for key in client.keys("*")])
    assert (rung, first) == (2, [b"store-1/statuses"])
    for secret in ("hola", "573005550101", "wamid"):
        assert secret not in everything
