"""An outsider can recompute the ledger from the door's counters."""

import pytest

from common.store_registration import StoreChange

from .door import NUMBERS, Counted, change, deliveries, delivery, message, status

STORE = {"store": "store-1"}


def received():
    return Counted("mostrador_messages_received_total", STORE)


def repeated():
    return Counted("mostrador_messages_duplicate_total", STORE)


def test_received_and_duplicate_add_up_to_the_elements_that_came(door):
    new, old = received(), repeated()

    door.deliver(message("wamid.a"), message("wamid.b"), message("wamid.a"))
    door.deliver(message("wamid.b"), message("wamid.c"))
    door.post(delivery(change(statuses=[status("wamid.s", "read")])))

    assert (new.grew(), old.grew()) == (3, 2)


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        (delivery(change(message("wamid.new"))), "accepted"),
        (delivery(change(message("wamid.known"))), "duplicate"),
        (delivery(change(statuses=[status("wamid.s", "read")])), "accepted"),
        (delivery(change(message("wamid.x"), number=NUMBERS["store-2"])), "quarantined"),
        (b"not json", "not_json"),
    ],
)
def test_each_delivery_is_counted_by_how_it_ended(door, body, outcome):
    door.deliver(message("wamid.known"))
    ended = deliveries(outcome)
    timed = Counted("mostrador_webhook_seconds_count", STORE)

    door.post(body)

    assert (ended.grew(), timed.grew()) == (1, 1)


def test_what_is_set_aside_is_counted_once_however_often_it_comes(door):
    foreign = Counted("mostrador_quarantined_total", STORE | {"reason": "foreign_number"})
    unread = Counted("mostrador_quarantined_total", STORE | {"reason": "unknown_field"})
    elsewhere = change(message("wamid.x"), number=NUMBERS["store-2"])

    door.post(delivery(elsewhere))
    door.post(delivery(elsewhere, elsewhere))
    door.post(delivery(elsewhere, {"field": "holograms", "value": {}}))

    assert (foreign.grew(), unread.grew()) == (1, 1)
    assert door.counts() == {"quarantine": 2}


def test_a_bad_signature_is_counted_and_too_big_a_body_as_well(door):
    forged, big = deliveries("bad_signature"), deliveries("too_large")

    door.post(b"{}", signed_by="store-2")
    door.post(b" " * (3 * 1024 * 1024 + 1))

    assert (forged.grew(), big.grew()) == (1, 1)


def test_made_up_stores_share_one_label(door):
    unknown = deliveries("store_not_found", "unknown")
    for number in range(5):
        door.post(b"{}", f"invented-{number}")

    assert unknown.grew() == 5
    assert b"invented" not in door.get("/metrics").data


def test_the_very_first_delivery_of_a_store_is_timed_under_its_name(door, registration):
    registration.register("store-3", StoreChange(name="Tres", phone_number_id="3"))
    timed = Counted("mostrador_webhook_seconds_count", {"store": "store-3"})

    door.post(b"{}", "store-3")

    assert timed.grew() == 1
