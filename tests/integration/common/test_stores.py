import time

import pytest

from common.errors import ConflictError, StoreNotFoundError
from common.sealing import Keyring
from common.store_registration import StoreChange, StoreRegistration
from common.stores import Stores
from tests.waiting import eventually

OLD_KEY, NEW_KEY = "o" * 32, "n" * 32


def rotate(registration, stores, **secrets):
    registration.change("store-1", StoreChange(secrets=secrets))
    stores.forget("store-1")
    return stores.get("store-1")


def test_a_store_is_read_with_its_settings_over_the_installations(registration, stores, store):
    registration.change(
        "store-1",
        StoreChange(settings={"rate": 2.5, "handover_keywords": ["ayuda"], "unheard_of": 1}),
    )
    stores.forget("store-1")

    settings = stores.get("store-1").settings

    assert (settings.rate, settings.handover_keywords) == (2.5, ("ayuda",))
    assert (settings.attempts, settings.concurrency) == (3, 8)


@pytest.mark.measures
def test_another_process_sees_a_change_within_two_seconds(registration, stores, store):
    assert stores.get("store-1").name == "Tienda 1"
    registration.change("store-1", StoreChange(name="Tienda nueva"))
    began = time.monotonic()

    eventually(lambda: stores.get("store-1").name == "Tienda nueva", what="the new name")

    assert time.monotonic() - began < 2
    assert stores.get("store-1").version == store.version + 1


@pytest.mark.measures
def test_within_a_second_nobody_asks_the_database_twice(registration, stores, store):
    registration.change("store-1", StoreChange(name="Tienda nueva"))

    assert stores.get("store-1") is store


@pytest.mark.parametrize(
    "store_id", ["store-9", "", "STORE-1", "store 1", "store-1\x00", "\ud800", "-a", "a" * 64]
)
def test_a_store_that_is_not_there_is_not_found(stores, two_stores, store_id):
    with pytest.raises(StoreNotFoundError):
        stores.get(store_id)
    assert not stores.is_known(store_id)


@pytest.mark.measures
def test_a_store_registered_while_running_is_found_soon(registration, stores, store):
    with pytest.raises(StoreNotFoundError):
        stores.get("store-3")
    registration.register("store-3", StoreChange(name="Tres", phone_number_id="3"))

    def found():
        try:
            return stores.get("store-3").name
        except StoreNotFoundError:
            return None

    assert eventually(found, seconds=2, what="the new store") == "Tres"
    assert stores.all_ids() == ("store-1", "store-2", "store-3")


@pytest.mark.parametrize(
    ("store_id", "number"), [("store-1", "300000000000003"), ("store-3", "100000000000002")]
)
def test_an_id_or_a_number_belongs_to_one_store(registration, two_stores, store_id, number):
    with pytest.raises(ConflictError):
        registration.register(store_id, StoreChange(name="x", phone_number_id=number))


def test_a_number_of_another_store_cannot_be_taken(registration, two_stores):
    with pytest.raises(ConflictError):
        registration.change("store-1", StoreChange(phone_number_id="100000000000002"))


def test_a_store_that_is_not_there_cannot_be_changed(registration, two_stores):
    with pytest.raises(StoreNotFoundError):
        registration.change("store-9", StoreChange(name="x"))


def test_a_new_secret_keeps_the_former_valid_and_the_one_before_not(registration, stores, store):
    rotate(registration, stores, app_secret="second", verify_token="v2", access_token="t2")
    present = rotate(registration, stores, app_secret="third")

    assert stores.app_secrets(present) == ("third", "second")
    assert stores.verify_tokens(present) == ("v2", "verify-token-of-store-1")
    assert stores.access_token(present) == "t2"


def test_the_same_secret_again_rotates_nothing(registration, stores, store):
    rotate(registration, stores, app_secret="second")
    present = rotate(registration, stores, app_secret="second")

    assert stores.app_secrets(present) == ("second", "app-secret-of-store-1")


def test_an_empty_secret_is_no_secret(registration, stores, store):
    present = rotate(registration, stores, app_secret="", verify_token="", access_token="")

    assert stores.app_secrets(present) == ("app-secret-of-store-1",)
    assert stores.verify_tokens(present) == ("verify-token-of-store-1",)
    assert stores.access_token(present) == ""


def test_no_secret_is_in_the_tables_or_shows_when_printed(database, stores, store):
    with database.store("store-1") as connection:
        row = connection.exec_driver_sql("SELECT stores::text FROM stores").scalar()

    change = StoreChange(secrets={"app_secret": "app-secret-of-store-1"})
    for shown in (row, repr(store), repr(change), str(store.sealed)):
        assert "of-store-1" not in shown


def test_a_secret_copied_from_another_store_does_not_open(database, stores, two_stores):
    thief, owner = two_stores
    thief.sealed["app_secret"] = owner.sealed["app_secret"]

    with pytest.raises(Exception, match="does not open"):
        stores.app_secrets(thief)


def test_a_new_master_key_opens_what_the_old_one_sealed(database, settings):
    StoreRegistration(database, Keyring((OLD_KEY,))).register(
        "store-1",
        StoreChange(name="Uno", phone_number_id="1", secrets={"app_secret": "secret"}),
    )
    rotating = Stores(database, Keyring((NEW_KEY, OLD_KEY)), settings)
    store = rotating.get("store-1")

    assert rotating.app_secrets(store) == ("secret",)
    assert rotating.seal_of(store).open_text(rotating.seal_of(store).seal_text("hola")) == "hola"
