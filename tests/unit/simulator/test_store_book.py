"""The stores of the demo file, as it comes, changes and is half written."""

import json

import pytest

from common.errors import StoreNotFoundError
from simulator.store import SimulatedStore
from simulator.store_book import StoreBook


def write(file, *ids):
    stores = [{"id": each, "phone_number_id": f"n-{each}", "app_secret": "s"} for each in ids]
    file.write_text(json.dumps({"stores": stores, "agents": []}))


def test_a_store_is_found_once_the_file_names_it(tmp_path):
    file = tmp_path / "demo.json"
    book = StoreBook(file)
    with pytest.raises(StoreNotFoundError):
        book.get("store-1")

    write(file, "store-1")
    assert book.get("store-1").phone_number_id == "n-store-1"
    write(file, "store-1", "store-22")
    assert book.by_number("n-store-22") == book.get("store-22")
    assert book.by_number("n-store-3") is None


def test_a_half_written_file_changes_nothing(tmp_path):
    file = tmp_path / "demo.json"
    write(file, "store-1")
    book = StoreBook(file)
    assert book.get("store-1")

    file.write_text('{"stores": [{"id": "sto')

    assert [store.id for store in book.all()] == ["store-1"]


def test_a_registered_store_wins_over_the_file(tmp_path):
    file = tmp_path / "demo.json"
    write(file, "store-1")
    book = StoreBook(file)

    book.register(SimulatedStore("store-1", "other", "secret"))

    assert book.get("store-1").phone_number_id == "other"
    assert book.by_number("n-store-1") is None


def test_a_secret_is_not_shown_by_accident():
    assert "secret-value" not in repr(SimulatedStore("store-1", "100", "secret-value"))
