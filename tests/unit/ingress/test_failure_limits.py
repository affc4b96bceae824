"""Guessing from one address is slowed down; nobody else is."""

from common.addresses import client_address
from ingress.failure_limits import FailureLimits


def test_an_address_may_fail_so_often_and_then_no_more():
    limits = FailureLimits(at_once=3, per_second=0)

    assert [limits.count("203.0.113.7") for _ in range(4)] == [False, False, False, True]
    assert limits.is_exhausted("203.0.113.7")
    assert not limits.is_exhausted("203.0.113.8")


def test_what_was_used_up_comes_back_with_time():
    limits = FailureLimits(at_once=1, per_second=1_000_000)

    limits.count("203.0.113.7")

    assert not limits.is_exhausted("203.0.113.7")


def test_only_so_many_addresses_are_remembered():
    limits = FailureLimits(at_once=1, per_second=0)

    for number in range(10_001):
        limits.count(f"address {number}")

    assert not limits.is_exhausted("address 0")
    assert limits.is_exhausted("address 10000")


def test_behind_proxies_of_ours_the_caller_is_whom_the_last_of_them_saw():
    told = ["198.51.100.1, 203.0.113.7", "10.0.0.9"]

    assert client_address("10.0.0.8", told, 0) == "10.0.0.8"
    assert client_address("10.0.0.8", told, 1) == "10.0.0.9"
    assert client_address("10.0.0.8", told, 2) == "203.0.113.7"
    assert client_address("10.0.0.8", [], 1) == "10.0.0.8"
