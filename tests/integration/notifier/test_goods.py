"""The goods an agent can send: found by their names, with the words the customer will read."""

import pytest

GOODS = "/api/stores/store-1/goods"


@pytest.fixture
def kept(ask_catalog):
    """Three products: one with a picture, one that is sold out, and one of the other store."""
    coffee = {"id": "huila", "name": "Café del Huila", "price": "45000", "images": ["a/huila.png"]}
    ask_catalog("POST", "/stores/store-1/products", coffee)
    ask_catalog("POST", "/stores/store-1/products", {"id": "x", "name": "Té", "available": False})
    ask_catalog("POST", "/stores/store-2/products", {"id": "cactus", "name": "Cactus"})


def test_goods_are_found_by_parts_of_their_names(kept, ana):
    (coffee,) = ana.get(GOODS, q="HUI cafe").json()["products"]
    assert coffee["words"] == "Café del Huila — $ 45.000"
    assert coffee["picture"].endswith("/a/huila.png")
    assert coffee["picture_problem"] == ""
    assert [each["available"] for each in ana.get(GOODS).json()["products"]] == [True, False]
    assert ana.get(GOODS, q="%").json()["products"] == []
    assert ana.get(GOODS, q="cactus").json()["products"] == []


def test_a_product_goes_as_todays_words_and_one_that_cannot_be_bought_does_not(kept, ana, shop):
    session = shop.says("store-1", "573005550103", "¿Tienen café?")
    path = f"/api/stores/store-1/sessions/{session}/messages"

    def send(**form):
        return ana.post(path, {"client_id": f"{form}"} | form)

    assert send(product="huila").status_code == 202
    for form, code in (
        ({"product": "x"}, "product_not_available"),
        ({"product": "cactus"}, "product_not_found"),
        ({"product": "../x"}, "product_not_found"),
        ({"product": "huila", "text": "y esto"}, "text_not_possible"),
    ):
        assert send(**form).json()["error"]["code"] == code
