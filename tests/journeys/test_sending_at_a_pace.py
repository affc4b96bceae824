"""A number's pace, kept by us so that WhatsApp, which counts for itself, never has to refuse."""

import pytest

from .shops import Shop
from .sliding import most_within

RATE = 10


@pytest.mark.long
@pytest.mark.measures
def test_a_crowd_is_answered_within_what_the_number_takes(stack):
    shop = Shop(stack, send_rate=RATE, rate=100)
    most = {"per_second": RATE + RATE // 10, "store_id": shop.id}
    shop.simulator("POST", "/limits", most)
    phones = [f"57300444{number:04d}" for number in range(5 * RATE)]

    stack.deliver(shop.id, {"messages": [{"from": each, "text": "gracias"} for each in phones]})
    for phone in phones:
        shop.handled(phone)

    calls = [call for phone in phones for call in shop.calls(phone)]
    times = [call["time"] for call in calls]
    print(f"\nat most {most_within(times, 1)} in a second; all in {max(times) - min(times):.1f} s")
    assert [call["error_code"] for call in calls] == [None] * len(phones)
    assert most_within(times, 1) <= RATE + RATE // 10
    assert max(times) - min(times) <= 2 * len(phones) / RATE  # and not much slower than it may
