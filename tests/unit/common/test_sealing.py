from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context

import pytest

from common.errors import ConfigurationError
from common.sealing import Keyring, SealBrokenError, StoreSeal, new_store_key

OLD, NEW, OTHER = "old" * 12, "new" * 12, "other" * 8


def test_what_is_sealed_opens_at_its_place_and_shows_nothing():
    keyring = Keyring((NEW,))

    sealed = keyring.seal(b"the app secret", "store-1/app_secret")

    assert b"secret" not in sealed
    assert keyring.open(sealed, "store-1/app_secret") == b"the app secret"


@pytest.mark.parametrize("place", ["store-2/app_secret", "store-1/verify_token", ""])
def test_a_value_moved_to_another_store_or_column_does_not_open(place):
    keyring = Keyring((NEW,))
    sealed = keyring.seal(b"secret", "store-1/app_secret")

    with pytest.raises(SealBrokenError):
        keyring.open(sealed, place)


def test_the_same_value_is_never_sealed_the_same_way_twice():
    keyring = Keyring((NEW,))

    assert len({keyring.seal(b"secret", "a") for _ in range(20)}) == 20


def test_a_new_key_in_front_seals_while_the_old_one_still_opens():
    by_old = Keyring((OLD,)).seal(b"secret", "a")

    rotating = Keyring((NEW, OLD))

    assert rotating.open(by_old, "a") == b"secret"
    assert Keyring((NEW,)).open(rotating.seal(b"secret", "a"), "a") == b"secret"


def test_what_a_removed_key_sealed_is_refused_by_name():
    by_old = Keyring((OLD,)).seal(b"secret", "a")

    with pytest.raises(SealBrokenError, match="not listed any more"):
        Keyring((NEW, OTHER)).open(by_old, "a")


@pytest.mark.parametrize("at", range(4))
def test_one_changed_byte_anywhere_breaks_the_seal(at):
    keyring = Keyring((NEW,))
    sealed = bytearray(keyring.seal(b"secret", "a"))
    sealed[1 + at * (len(sealed) - 2) // 3] ^= 1

    with pytest.raises(SealBrokenError):
        keyring.open(bytes(sealed), "a")


@pytest.mark.parametrize("length", [0, 1, 4, 5, 12, 20])
def test_a_value_cut_short_breaks_the_seal(length):
    keyring = Keyring((NEW,))

    with pytest.raises(SealBrokenError):
        keyring.open(keyring.seal(b"secret", "a")[:length], "a")


@pytest.mark.parametrize("keys", [(), ("short",), (NEW, "x" * 31)])
def test_missing_or_short_keys_keep_the_process_from_starting(keys):
    with pytest.raises(ConfigurationError, match="SECRETS_KEYS"):
        Keyring(keys)


def test_a_stores_text_opens_with_its_own_seal_only():
    key = new_store_key()
    seal = StoreSeal("store-1", key)
    sealed = seal.seal_text("calle 12 # 3-45, ¡gracias! 🌵")

    assert seal.open_text(sealed) == "calle 12 # 3-45, ¡gracias! 🌵"
    for other in (StoreSeal("store-2", key), StoreSeal("store-1", new_store_key())):
        with pytest.raises(SealBrokenError):
            other.open_text(sealed)


@pytest.mark.parametrize("garbage", [b"", b"x", b"x" * 11, b"x" * 12, b"x" * 40])
def test_garbage_is_a_broken_seal_and_nothing_worse(garbage):
    with pytest.raises(SealBrokenError):
        StoreSeal("store-1", new_store_key()).open(garbage)


def test_a_tag_depends_on_the_text_and_on_the_stores_key():
    key = new_store_key()
    seal = StoreSeal("store-1", key)

    assert seal.tag("a") == StoreSeal("store-1", key).tag("a")
    assert len(seal.tag("a")) == 16
    assert len({seal.tag("a"), seal.tag("b"), StoreSeal("store-1", new_store_key()).tag("a")}) == 3


def test_no_nonce_comes_twice_not_in_other_threads_and_not_after_a_fork():
    seal = StoreSeal("store-1", new_store_key())

    def nonces(_=None):
        return {seal.seal(b"hola")[:12] for _ in range(600)}

    with ThreadPoolExecutor(4) as threads:
        drawn = list(threads.map(nonces, range(4)))
    with get_context("fork").Pool(2) as processes:
        drawn += [*processes.map(_nonces_of_a_process, range(2)), nonces()]

    assert len(set().union(*drawn)) == sum(map(len, drawn)) == 600 * 5 + 20 * 2


def _nonces_of_a_process(_):
    seal = StoreSeal("store-1", bytes(32))
    return {seal.seal(b"hola")[:12] for _ in range(20)}
