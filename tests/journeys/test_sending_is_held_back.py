"""What WhatsApp refuses for now slows or stops what its code is about, and nothing beside it."""

import itertools
import time

import pytest

from tests.waiting import eventually

from .ledger import check_ledger
from .shops import Shop

# What a message may take where nothing holds it back, on a machine that does much else.
PROMPT_SECONDS = 3.0
MOST_FAILURES = 3
NEW_TOKEN_SECONDS = 30.0


def seconds_to_answer(shop, phone):
    """Write as a customer; measure until WhatsApp has taken the answer."""
    known, written = len(shop.accepted(phone)), time.time()
    shop.write(phone)
    eventually(lambda: len(shop.accepted(phone)) > known, 20, f"an answer to {phone}")
    return shop.accepted(phone)[-1]["time"] - written


def gaps(shop, phone):
    times = [each["time"] for each in shop.calls(phone)]
    return [later - earlier for earlier, later in itertools.pairwise(times)]


@pytest.fixture
def two_shops(stack):
    return Shop(stack), Shop(stack)


@pytest.mark.long
def test_too_much_to_one_contact_slows_that_contact_only(two_shops, phone):
    shop, other = two_shops
    shop.fault(to=phone, outcome="error", code=131056, times=2)
    wamid = shop.write(phone)
    eventually(lambda: shop.calls(phone), what="the first refusal")

    beside = [seconds_to_answer(shop, "573007770001"), seconds_to_answer(other, "573007770001")]

    assert max(beside) < PROMPT_SECONDS
    shop.handled(phone)
    answered_beside = shop.accepted("573007770001")[0]["time"]
    assert answered_beside < shop.calls(phone)[-1]["time"]  # while this one still waited
    first, second = gaps(shop, phone)
    assert first >= 1
    assert second >= 4
    check_ledger(shop.stack, phone, [wamid], shop.id)


@pytest.mark.long
def test_too_much_from_one_number_slows_that_store_only(two_shops, phone):
    shop, other = two_shops
    shop.fault(outcome="error", code=130429, times=3)
    wamid = shop.write(phone)
    eventually(lambda: shop.calls(phone), what="the first refusal")

    beside = seconds_to_answer(other, "573007770002")
    within = seconds_to_answer(shop, "573007770002")  # its sends wait with all of the store's

    assert beside < PROMPT_SECONDS
    assert within >= 1
    shop.handled(phone)
    assert gaps(shop, phone)[0] >= 1
    check_ledger(shop.stack, phone, [wamid], shop.id)


def test_a_refused_token_pauses_its_store_and_a_new_one_lets_everything_go(two_shops):
    shop, other = two_shops
    phones = [f"57300666{number:04d}" for number in range(6)]
    shop.fault(outcome="error", code=190, times=0)
    everybody = [{"from": phone, "text": "gracias"} for phone in phones]
    written = shop.stack.deliver(shop.id, {"messages": everybody})["wamids"]
    wamids = {phone: [wamid] for phone, wamid in zip(phones, written, strict=True)}
    eventually(lambda: is_paused(shop), what="the store being paused")
    wamids[phones[0]].append(shop.write(phones[0], "¿Hay alguien?"))

    assert seconds_to_answer(other, phones[0]) < PROMPT_SECONDS
    assert not is_paused(other)
    refused = [call for phone in phones for call in shop.calls(phone)]
    assert 1 <= len(refused) <= MOST_FAILURES

    shop.stack.clear_faults()
    shop.change(access_token="a-new-one")
    renewed = time.time()
    answered = len(phones) + 1
    eventually(
        lambda: sum(len(shop.accepted(phone)) for phone in phones) == answered,
        NEW_TOKEN_SECONDS,
        "everything going on",
    )

    print(f"\n{len(refused)} refused; all went {time.time() - renewed:.1f} s after the new token")
    for phone in phones:
        shop.handled(phone)
        check_ledger(shop.stack, phone, wamids[phone], shop.id)


def is_paused(shop):
    query = "SELECT paused_reason FROM stores WHERE store_id = :store AND status = 'paused'"
    return [row["paused_reason"] for row in shop.stack.sql(query, store=shop.id)] == [
        "token_expired"
    ]
