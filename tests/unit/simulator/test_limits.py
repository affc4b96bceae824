"""The limits a number keeps by itself, in windows that slide."""

from simulator.faults import Asked
from simulator.limits import PAIR_CODE, THROUGHPUT_CODE, Limit, SlidingLimits


def asked(phone="57300", kind="message", store="store-1"):
    return Asked(kind=kind, type="text", store_id=store, phone_number_id="1", address=phone)


def accepted(limits, moments, **who):
    """Send at these moments; returns what each met."""
    met = []
    for now in moments:
        met.append(limits.code_for(asked(**who), now))
        if met[-1] is None:
            limits.count(asked(**who), now)
    return met


def test_so_many_go_in_any_second_and_refused_ones_are_free():
    limits = SlidingLimits()
    limits.put(Limit("store-1", per_second=2))

    met = accepted(limits, [0.0, 0.9, 0.95, 0.99, 1.01, 1.5, 1.91])

    over = THROUGHPUT_CODE
    assert met == [None, None, over, over, None, over, None]
    assert accepted(limits, [1.92], store="store-2") == [None]
    assert accepted(limits, [1.92], kind="read") == [None]


def test_so_many_go_to_one_contact_in_six_seconds():
    limits = SlidingLimits()
    limits.put(Limit("store-1", pair_per_6s=1))

    assert accepted(limits, [0.0, 5.9, 6.1]) == [None, PAIR_CODE, None]
    assert accepted(limits, [6.2], phone="57301") == [None]

    limits.forget()
    assert accepted(limits, [6.3, 6.3]) == [None, None]
