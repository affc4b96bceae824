"""The passwords of agents."""

import time

import pytest

from catalog.passwords import Passwords


@pytest.fixture(scope="module")
def passwords():
    return Passwords()


def test_a_password_matches_its_own_hash_only(passwords):
    kept = passwords.hash("la contraseña de Ana")
    assert kept.startswith("$argon2id$")
    assert passwords.matches("la contraseña de Ana", kept)
    assert not passwords.matches("la contraseña de Eva", kept)


def test_a_password_matches_however_the_keyboard_writes_its_accents(passwords):
    assert passwords.matches("contrasen\u0303a", passwords.hash("contraseña"))


def test_a_broken_hash_matches_nothing(passwords):
    assert not passwords.matches("x", "not a hash")


@pytest.mark.measures
def test_no_account_takes_the_same_work_as_a_wrong_password(passwords):
    kept = passwords.hash("secreto-de-ana")
    assert not passwords.matches("secreto-de-ana", None)
    wrong = min(_seconds(passwords, kept) for _ in range(7))
    nobody = min(_seconds(passwords, None) for _ in range(7))
    assert 0.4 < nobody / wrong < 2.5


def _seconds(passwords, password_hash):
    began = time.perf_counter()
    passwords.matches("otra cosa", password_hash)
    return time.perf_counter() - began
