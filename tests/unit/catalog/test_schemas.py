"""What the schemas take and refuse."""

from decimal import Decimal

import pytest
from marshmallow import ValidationError

from catalog.schemas.agents import LogInSchema, NewAdministratorSchema, StoreAgentSchema
from catalog.schemas.knowledge import PassageSchema
from catalog.schemas.products import ProductChangeSchema, ProductSchema
from catalog.schemas.stores import NewStoreSchema, StoreChangeSchema, StoreSchema

STORE = {"id": "store-1", "name": "Café", "phone_number_id": "555010000000001"}


def test_a_product_needs_no_more_than_a_name():
    product = ProductSchema().load({"name": "Café"})
    assert (product.price, product.currency, product.available, product.images) == (
        None,
        "COP",
        True,
        (),
    )


@pytest.mark.parametrize("price", ["45000.00", "45000", 45000, 45000.5, "0", "4.5e4", None])
def test_a_price_is_a_decimal_or_nothing(price):
    loaded = ProductSchema().load({"name": "x", "price": price})
    assert loaded.price == (None if price is None else Decimal(str(price)))


@pytest.mark.parametrize(
    "price",
    [
        "-1",
        "NaN",
        "Infinity",
        "1.005",
        "1e999999",
        "1e-999999",
        "1000000000000",
        "mil",
        True,
        [],
        {},
    ],
)
def test_no_other_price_is_taken(price):
    assert _fields(ProductSchema(), {"name": "x", "price": price}) == {"price"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "x\x00"}, "name"),
        ({"name": "x\ud800"}, "name"),
        ({"name": 7}, "name"),
        ({"name": None}, "name"),
        ({"description": "x" * 4_001}, "description"),
        ({"currency": "cop"}, "currency"),
        ({"currency": "COP\n"}, "currency"),
        ({"available": "yes"}, "available"),
        ({"images": ["/x.jpg"] * 11}, "images"),
        ({"images": ["//evil.example/x.jpg"]}, "images"),
        ({"images": "x.jpg"}, "images"),
        ({"id": "a b"}, "id"),
        ({"id": "a\n"}, "id"),
        ({"id": "x" * 65}, "id"),
        ({"store_id": "store-2"}, "store_id"),
    ],
)
def test_a_product_that_breaks_a_rule_names_the_field(change, field):
    assert _fields(ProductSchema(), {"name": "x", **change}) == {field}
    assert _fields(ProductChangeSchema(partial=True), change) == {field}


def test_a_change_of_a_product_holds_only_what_is_named():
    assert ProductChangeSchema(partial=True).load({"price": None}) == {"price": None}


def test_knowledge_is_bounded():
    assert PassageSchema().load({"title": "x", "text": "y" * 20_000}).knowledge_id == ""
    assert _fields(PassageSchema(), {"title": "x", "text": "y" * 20_001}) == {"text"}
    assert _fields(PassageSchema(), {}) == {"title", "text"}


def test_a_new_store_gets_its_defaults_and_keeps_its_secrets_apart():
    form = NewStoreSchema().load(
        {**STORE, "app_secret": "shhh", "verify_token": "", "settings": {"rate": 2}}
    )
    assert form.store_id == "store-1"
    assert form.change.status is None  # the column's default: active
    assert form.change.settings == {"rate": 2}
    assert form.change.secrets == {"app_secret": "shhh"}
    assert "shhh" not in repr(form)


def test_a_change_of_a_store_holds_only_what_is_named():
    change = StoreChangeSchema(partial=True).load({"settings": {"rate": None}}).change
    assert (change.name, change.status, change.settings) == (None, None, {"rate": None})


@pytest.mark.parametrize(
    "settings",
    [
        {"unknown": 1},
        {"rate": 0},
        {"rate": "NaN"},
        {"rate": True},
        {"attempts": 1.5},
        {"attempts": 0},
        {"bot_enabled": "yes"},
        {"language": "fr"},
        {"handover_keywords": ["x" * 101]},
        {"handover_keywords": "asesor"},
        {"instructions": "\x00"},
        {"pair_rate": -1},
        [],
    ],
)
def test_a_setting_that_is_unknown_or_out_of_bounds_is_refused(settings):
    assert _fields(StoreSchema(), {**STORE, "settings": settings}) == {"settings"}


@pytest.mark.parametrize("store_id", ["", "Store", "-a", "a" * 64, "a_b", "a\n", "á", "a/b"])
def test_a_store_id_has_one_shape(store_id):
    assert _fields(NewStoreSchema(), {**STORE, "id": store_id}) == {"id"}


def test_an_email_is_kept_in_lower_case():
    form = {"email": "Ana@Tienda.CO", "name": "Ana", "role": "owner"}
    assert StoreAgentSchema().load(form).email == "ana@tienda.co"
    assert LogInSchema().load({"email": "ANA@x.co", "password": "p"}).email == "ana@x.co"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "ana"}, "email"),
        ({"email": "a b@c.co"}, "email"),
        ({"email": "a@b\n"}, "email"),
        ({"role": "god"}, "role"),
        ({"password": "short"}, "password"),
        ({"password": "x" * 129}, "password"),
        ({"administrator": True}, "administrator"),
    ],
)
def test_an_agent_that_breaks_a_rule_names_the_field(change, field):
    form = {"email": "ana@x.co", "name": "Ana", "role": "owner", **change}
    assert _fields(StoreAgentSchema(), form) == {field}


def test_an_administrator_is_named_as_one():
    form = {"email": "ana@x.co", "name": "Ana", "password": "larga y buena"}
    assert _fields(NewAdministratorSchema(), form) == {"administrator"}
    assert _fields(NewAdministratorSchema(), {**form, "administrator": False}) == {"administrator"}


def _fields(schema, values):
    with pytest.raises(ValidationError) as refused:
        schema.load(values)
    return set(refused.value.messages)
