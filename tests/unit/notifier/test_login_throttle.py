"""Who guesses passwords is slowed down, and keeps nobody out by it."""

import threading
from functools import partial

import pytest

from common.addresses import network_of
from common.errors import NotAuthenticatedError
from notifier.known_browsers import KnownBrowsers
from notifier.login_throttle import (
    OF_A_PAIR,
    OF_AN_ACCOUNT,
    OF_AN_ADDRESS,
    Limit,
    LoginThrottle,
    TooManyAttemptsError,
    limits_of,
)

ANA = limits_of("ana", "127.0.0.1", None)


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


def pair(tries):
    return {"ana|127.0.0.1": Limit(tries)}


def fail(throttle, limits):
    with pytest.raises(NotAuthenticatedError), throttle.attempt(limits):
        raise NotAuthenticatedError("wrong")


def fail_from_everywhere(throttle, count):
    """Guess one account's password, with few tries from each address."""
    for number in range(count):
        fail(throttle, limits_of("ana", f"203.0.113.{number // 5}", None))


def comes_through(throttle, limits):
    try:
        with throttle.attempt(limits):
            return True
    except TooManyAttemptsError:
        return False


def test_after_so_many_wrong_passwords_the_next_waits_for_the_first_to_age():
    clock = Clock()
    throttle = LoginThrottle(period=300, clock=clock)
    for _ in range(3):
        fail(throttle, pair(3))
        clock.now += 10

    with pytest.raises(TooManyAttemptsError) as caught, throttle.attempt(pair(3)):
        pass

    assert (caught.value.status, caught.value.retry_after) == (429, 270)
    clock.now += 270
    fail(throttle, pair(3))


def test_another_address_and_another_account_go_on():
    throttle = LoginThrottle()
    for _ in range(OF_A_PAIR.tries):
        fail(throttle, ANA)

    assert not comes_through(throttle, ANA)
    assert comes_through(throttle, limits_of("ana", "127.0.0.2", None))
    assert comes_through(throttle, limits_of("beto", "127.0.0.1", None))


def test_guesses_from_everywhere_slow_an_account_down_and_never_lock_it():
    clock = Clock()
    throttle = LoginThrottle(clock=clock)
    fail_from_everywhere(throttle, OF_AN_ACCOUNT.tries)
    elsewhere = partial(limits_of, "ana", "198.51.100.1", None)

    assert not comes_through(throttle, elsewhere())
    clock.now += OF_AN_ACCOUNT.gap
    assert comes_through(throttle, elsewhere())
    assert not comes_through(throttle, elsewhere())  # one try for each gap, whosever it is
    assert comes_through(throttle, limits_of("beto", "203.0.113.1", None))


def test_guesses_of_every_account_slow_an_address_down_and_no_other():
    clock = Clock()
    throttle = LoginThrottle(clock=clock)
    for number in range(OF_AN_ADDRESS.tries):
        fail(throttle, limits_of(f"nobody-{number}", "2001:db8::1", None))

    assert not comes_through(throttle, limits_of("ana", "2001:db8::2", None))
    assert comes_through(throttle, limits_of("ana", "2001:db8:0:1::1", None))
    clock.now += OF_AN_ADDRESS.gap
    assert comes_through(throttle, limits_of("ana", "2001:db8::2", None))


def test_who_is_at_a_browser_that_is_known_is_kept_out_by_nobody():
    browsers = KnownBrowsers(("a" * 40,))
    cookie = browsers.remember("ana")
    name = browsers.name_of(cookie, "ana")
    throttle = LoginThrottle()
    fail_from_everywhere(throttle, OF_AN_ACCOUNT.tries)

    assert comes_through(throttle, limits_of("ana", "203.0.113.1", name))
    others = [browsers.name_of(cookie, "beto"), browsers.name_of(cookie + "a", "ana")]
    assert [*others, browsers.name_of("", "ana"), browsers.name_of("ñ.ñ", "ana")] == [None] * 4
    for _ in range(OF_A_PAIR.tries):
        fail(throttle, limits_of("ana", "203.0.113.1", name))
    assert not comes_through(throttle, limits_of("ana", "203.0.113.1", name))


def test_a_right_password_clears_ones_own_count_and_not_everybodys():
    throttle = LoginThrottle()
    for _ in range(5):
        fail(throttle, pair(2))
        assert comes_through(throttle, pair(2))
    for _ in range(2):
        fail(throttle, {"account|ana": Limit(2, gap=10)})
        comes_through(throttle, {"account|ana": Limit(2, gap=10)})

    assert not comes_through(throttle, {"account|ana": Limit(2, gap=10)})


def test_what_is_not_a_wrong_password_does_not_count():
    throttle = LoginThrottle()
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), throttle.attempt(pair(1)):
            raise ZeroDivisionError


def test_many_at_once_fail_no_more_often_than_one_after_the_other():
    throttle, wrong, refused = LoginThrottle(), [], []

    def guess():
        try:
            fail(throttle, pair(5))
        except TooManyAttemptsError:
            refused.append(1)
        else:
            wrong.append(1)

    threads = [threading.Thread(target=guess) for _ in range(30)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert (len(wrong), len(refused)) == (5, 25)


def test_many_right_passwords_at_once_all_come_through():
    throttle, through, barrier = LoginThrottle(), [], threading.Barrier(10)

    def log_in():
        barrier.wait()
        with throttle.attempt(pair(2)):
            through.append(1)

    threads = [threading.Thread(target=log_in) for _ in range(10)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert len(through) == 10


def test_with_ipv6_a_caller_is_the_network_around_the_address():
    assert network_of("2001:db8::1:2") == network_of("2001:db8::ffff") == "2001:db8::/64"
    assert network_of("::ffff:192.0.2.1") == network_of("192.0.2.1") == "192.0.2.1"
    assert network_of("fe80::1%eth0") == "fe80::/64"
    assert network_of("") == ""
