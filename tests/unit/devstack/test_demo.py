import json
from pathlib import Path

import pytest

from common.settings import Settings
from devstack.credentials import credentials_of
from devstack.demo_content import demo_content
from devstack.demo_file import DemoFile, demo_file_content
from devstack.demo_seeding import demo_of
from devstack.environment import Addresses
from devstack.secrets_file import SecretsFile

PICTURES = Path(__file__).resolve().parents[3] / "services/catalog/catalog"
ADDRESSES = Addresses("postgresql://service", "postgresql://owner", "redis://")


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("PORT_BASE", "9000")
    monkeypatch.setenv("WORKER_PROCESSES", "2")
    return Settings.from_environment


@pytest.fixture
def secrets(tmp_path):
    return SecretsFile(tmp_path / "secrets.json")


def test_the_demo_has_two_stores_with_different_goods():
    first, second = demo_content().stores
    assert {first.id, second.id} == {"store-1", "store-2"}
    assert first.phone_number_id != second.phone_number_id
    assert not {each["id"] for each in first.products} & {each["id"] for each in second.products}


def test_every_picture_of_the_demo_is_there():
    images = [
        image
        for store in demo_content().stores
        for product in store.products
        for image in product["images"]
    ]
    assert images
    assert [image for image in images if not (PICTURES / image.lstrip("/")).exists()] == []


def test_a_persons_own_credentials_are_for_store_1_alone(settings, secrets, monkeypatch):
    monkeypatch.setenv("WHATSAPP_PHONE_ID", "111222333")
    first, second = (credentials_of(each, settings(), secrets) for each in demo_content().stores)
    assert (first.own, first.phone_number_id) == (True, "111222333")
    assert first.app_secret == secrets.store_secret("store-1", "app_secret")
    assert not second.own


def test_the_demo_file_lists_every_worker_probe(settings, secrets):
    content = demo_file_content(settings(), ADDRESSES, demo_of(settings(), secrets))
    assert content["worker_probes"] == ["http://127.0.0.1:9010", "http://127.0.0.1:9011"]
    assert content["console"] == "http://127.0.0.1:9003"
    assert content["database_url"] == "postgresql://service"


def test_a_relative_picture_gets_the_base_url(settings, secrets, monkeypatch):
    monkeypatch.setenv("BASE_URL", "https://shop.example/")
    content = demo_file_content(settings(), ADDRESSES, demo_of(settings(), secrets))
    urls = [product["image_url"] for product in content["stores"][0]["products"]]
    assert urls[0].startswith("https://shop.example/static/pictures/")
    assert None in urls  # a product without a picture is part of the demo


def test_an_administrator_sees_every_store(settings, secrets):
    content = demo_file_content(settings(), ADDRESSES, demo_of(settings(), secrets))
    [administrator] = [each for each in content["agents"] if each["role"] == "administrator"]
    assert administrator["stores"] == ["store-1", "store-2"]


def test_the_file_is_written_only_when_a_process_was_replaced(tmp_path):
    file = DemoFile(tmp_path / "demo.json", {"console": "http://127.0.0.1:9003"})
    assert file.write({"worker": [1]})
    assert not file.write({"worker": [1]})
    assert file.write({"worker": [2]})
    assert json.loads((tmp_path / "demo.json").read_text()) == {
        "console": "http://127.0.0.1:9003",
        "pids": {"worker": [2]},
    }
