"""Who guesses passwords is slowed down."""

import threading

import pytest

from common.errors import NotAuthenticatedError
from notifier.login_throttle import LoginThrottle, TooManyAttemptsError


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


def fail(throttle, who="ana|127.0.0.1"):
    with pytest.raises(NotAuthenticatedError), throttle.attempt(who):
        raise NotAuthenticatedError("wrong")


def test_after_so_many_wrong_passwords_the_next_waits_for_the_first_to_age():
    clock = Clock()
    throttle = LoginThrottle(tries=3, period=300, clock=clock)
    for _ in range(3):
        fail(throttle)
        clock.now += 10

    with pytest.raises(TooManyAttemptsError) as caught, throttle.attempt("ana|127.0.0.1"):
        pass

    assert (caught.value.status, caught.value.retry_after) == (429, 271)
    clock.now += 271
    fail(throttle)


def test_another_address_and_another_account_go_on():
    throttle = LoginThrottle(tries=1)
    fail(throttle)

    for who in ("ana|127.0.0.2", "beto|127.0.0.1"):
        with throttle.attempt(who):
            pass


def test_a_right_password_clears_the_count():
    throttle = LoginThrottle(tries=2)
    for _ in range(5):
        fail(throttle)
        with throttle.attempt("ana|127.0.0.1"):
            pass


def test_what_is_not_a_wrong_password_does_not_count():
    throttle = LoginThrottle(tries=1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), throttle.attempt("ana|127.0.0.1"):
            raise ZeroDivisionError


def test_many_at_once_fail_no_more_often_than_one_after_the_other():
    throttle, wrong, refused = LoginThrottle(tries=5), [], []

    def guess():
        try:
            fail(throttle)
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
    throttle, through, barrier = LoginThrottle(tries=2), [], threading.Barrier(10)

    def log_in():
        barrier.wait()
        with throttle.attempt("ana|127.0.0.1"):
            through.append(1)

    threads = [threading.Thread(target=log_in) for _ in range(10)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert len(through) == 10
