from dataclasses import replace

import pytest

from devstack.credentials import Credentials
from devstack.demo_content import DemoAgent, DemoStore
from devstack.seed import Seeding

STORE = DemoStore("store-1", "Café", "555", {}, ({"id": "p1"},), ({"id": "k1"},))
MADE_UP = Credentials("555", "token-0001", "secret-0001", "verify-0001")
OWN = Credentials("777", "token-0002", "secret-0002", "verify-0002", own=True)
AGENT = DemoAgent("ana@ejemplo.test", "Ana", "agent", ("store-1",), administrator=False)


class CatalogInMemory:
    """Keeps what the catalog would, and the order of changes."""

    def __init__(self):
        self.kept = {}
        self.changes = []

    def exists(self, path):
        return path in self.kept

    def get(self, path):
        if path.endswith("/agents"):
            return {"agents": [each for name, each in self.kept.items() if path + "/" in name]}
        last4 = {f"{name}_last4": str(value)[-4:] for name, value in self.kept[path].items()}
        return self.kept[path] | last4

    def put(self, path, body):
        self.changes.append(f"PUT {path}")
        self.kept[path] = body

    def patch(self, path, body):
        self.changes.append(f"PATCH {path}")
        self.kept[path] = self.kept[path] | body

    def post_new(self, path, body):
        place = f"{path}/{body['email']}"
        if place in self.kept:
            return False
        self.changes.append(f"POST {path}")
        self.kept[place] = body | {"id": body["email"]}
        return True

    def accepts_password(self, email, password):
        found = [each for each in self.kept.values() if each.get("email") == email]
        return any(each["password"] == password for each in found)


@pytest.fixture
def catalog():
    return CatalogInMemory()


@pytest.fixture
def warnings():
    return []


@pytest.fixture
def seed(catalog, tmp_path, warnings):
    """Seed as one start does, and give the changes that this start made."""

    def once(credentials=MADE_UP, password="first-password"):
        catalog.changes = []
        seeding = Seeding(catalog, tmp_path / "seeded.json", warnings.append)
        seeding.store(STORE, credentials)
        seeding.agent(AGENT, password)
        return catalog.changes

    return once


def test_the_first_start_makes_everything(seed):
    assert seed() == [
        "PUT /stores/store-1",
        "PUT /stores/store-1/products/p1",
        "PUT /stores/store-1/knowledge/k1",
        "POST /stores/store-1/agents",
    ]


def test_a_second_start_changes_nothing(seed, catalog):
    seed()
    catalog.kept["/stores/store-1/products/p1"] = {"id": "p1", "price": "changed by a person"}
    del catalog.kept["/stores/store-1/knowledge/k1"]
    assert seed() == []


def test_a_start_cut_short_is_completed(seed, tmp_path):
    seed()
    (tmp_path / "seeded.json").write_text("[]")
    assert "PUT /stores/store-1/knowledge/k1" in seed()


def test_a_database_that_was_emptied_is_filled_again(seed, catalog):
    first = list(seed())
    catalog.kept.clear()
    assert seed() == first


def test_a_persons_own_credentials_are_handed_over_also_where_they_end_alike(seed, catalog):
    seed()
    assert seed(credentials=OWN) == ["PATCH /stores/store-1"]
    assert catalog.kept["/stores/store-1"]["waba_id"] == ""
    catalog.kept["/stores/store-1"]["waba_id"] = "named by a person"
    seed(credentials=replace(OWN, access_token="another-0002"))
    assert catalog.kept["/stores/store-1"]["access_token"] == "another-0002"
    assert catalog.kept["/stores/store-1"]["waba_id"] == "named by a person"


@pytest.mark.parametrize("first", [MADE_UP, OWN])
def test_without_them_the_store_has_its_made_up_ones_again(seed, catalog, first):
    seed(credentials=first)
    seed(credentials=OWN)
    assert seed() == ["PATCH /stores/store-1"]
    assert catalog.kept["/stores/store-1"]["app_secret"] == "secret-0001"
    assert catalog.kept["/stores/store-1"]["waba_id"] == "10555"
    assert seed() == []


def test_another_data_dir_brings_its_own_password(seed, tmp_path, catalog, warnings):
    seed()
    (tmp_path / "seeded.json").unlink()
    seed(password="second-password")
    assert catalog.accepts_password(AGENT.email, "second-password")
    assert warnings == []


def test_an_account_that_served_none_of_our_stores_gets_our_password(seed, catalog):
    add = catalog.post_new
    catalog.post_new = lambda path, body: add(path, body | {"password": "theirs"})
    seed()
    assert catalog.accepts_password(AGENT.email, "first-password")


def test_a_login_that_cannot_be_made_ours_is_told(catalog, tmp_path, warnings):
    administrator = DemoAgent("admin@ejemplo.test", "Admin", "administrator", (), True)
    catalog.post_new("/agents", {"email": administrator.email, "password": "theirs"})
    Seeding(catalog, tmp_path / "seeded.json", warnings.append).agent(administrator, "ours")
    assert len(warnings) == 1
    assert administrator.email in warnings[0]
    assert "ours" not in warnings[0]
