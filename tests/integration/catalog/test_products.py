"""Products, their pictures and knowledge by REST."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from catalog.models import knowledge, products

PRODUCT = {
    "id": "cafe-huila-500",
    "name": "Café del Huila, 500 g",
    "description": "Tueste medio.",
    "price": "45000.00",
    "currency": "COP",
    "available": True,
    "images": ["/static/pictures/cafe-huila-500.jpg", "https://cdn.example/b.jpg"],
}


def test_a_product_comes_back_as_it_went_in(ask, store):
    added = ask("POST", f"/stores/{store}/products", PRODUCT, scope=store)
    assert (added.status_code, added.json) == (201, PRODUCT)
    assert ask("GET", f"/stores/{store}/products/cafe-huila-500").json == PRODUCT
    assert ask("PUT", f"/stores/{store}/products/cafe-huila-500", PRODUCT).status_code == 200
    again = ask("POST", f"/stores/{store}/products", PRODUCT)
    assert (again.status_code, again.json["error"]["code"]) == (409, "already_exists")


def test_a_product_without_an_id_gets_one(ask, store):
    added = ask("POST", f"/stores/{store}/products", {"name": "Taza"}).json
    assert added["id"]
    assert added == {
        "id": added["id"],
        "name": "Taza",
        "description": "",
        "price": None,
        "currency": "COP",
        "available": True,
        "images": [],
    }
    assert ask("GET", f"/stores/{store}/products/{added['id']}").json == added


def test_a_product_is_put_changed_and_removed(ask, store):
    path = f"/stores/{store}/products/taza"
    assert ask("PUT", path, {"name": "Taza", "images": ["/a.jpg"]}).status_code == 201
    changed = ask("PATCH", path, {"price": 38000, "images": ["/b.jpg", "/c.jpg"]}).json
    assert (changed["name"], changed["price"]) == ("Taza", "38000.00")
    assert changed["images"] == ["/b.jpg", "/c.jpg"]
    assert ask("PATCH", path, {"price": None}).json["price"] is None
    assert ask("PUT", path, {"name": "Taza"}).json["images"] == []
    assert ask("DELETE", path).status_code == 204
    for method, body in (("GET", None), ("PATCH", {}), ("DELETE", None)):
        answer = ask(method, path, body)
        assert (answer.status_code, answer.json["error"]["code"]) == (404, "not_found")


def test_pages_follow_one_another_without_gaps(ask, store):
    names = [f"p{number}" for number in range(7)]
    for name in reversed(names):
        ask("PUT", f"/stores/{store}/products/{name}", {"name": name})
    seen, cursor = [], ""
    while cursor is not None:
        query = f"?limit=3&cursor={cursor}" if cursor else "?limit=3"
        page = ask("GET", f"/stores/{store}/products{query}").json
        seen += [each["id"] for each in page["products"]]
        cursor = page["next_cursor"]
    assert seen == names


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "cursor=a%20b", "cursor=%00"])
def test_an_odd_page_is_refused(ask, store, query):
    assert ask("GET", f"/stores/{store}/products?{query}").status_code == 400


@pytest.mark.parametrize("product_id", ["%00", "a%0ab", "..", "a%20b", "x" * 65, "%ED%A0%80"])
def test_an_odd_id_is_no_product(ask, store, product_id):
    path = f"/stores/{store}/products/{product_id}"
    assert ask("GET", path).status_code == 404
    assert ask("DELETE", path).status_code == 404
    assert ask("PATCH", path, {}).status_code == 404
    assert ask("PUT", path, {"name": "x"}).status_code == 400


def test_pictures_are_resolved_in_the_order_asked_and_the_rest_is_missing(ask, store, other_store):
    for product_id, images in (
        ("b", ["/static/b.jpg", "/static/b2.jpg"]),
        ("a", ["https://cdn.example/a.jpg"]),
        ("bare", []),
    ):
        form = {"name": product_id, "images": images}
        ask("PUT", f"/stores/{store}/products/{product_id}", form)
    ask("PUT", f"/stores/{other_store}/products/theirs", {"name": "x", "images": ["/x.jpg"]})
    asked = ["zzz", "b", "bare", "a", "theirs", "x" * 10_000, "a\r\nb", "\x00", ""]
    answer = ask("POST", f"/stores/{store}/images/resolve", {"product_ids": asked}, scope=store)
    assert answer.json == {
        "images": [
            {"product_id": "b", "url": "https://tienda.example/base/static/b.jpg"},
            {"product_id": "a", "url": "https://cdn.example/a.jpg"},
        ],
        "missing": ["zzz", "bare", "theirs", "x" * 10_000, "a\r\nb", "\x00", ""],
    }


@pytest.mark.parametrize("body", [{}, {"product_ids": "a"}, {"product_ids": [1]}, [], None])
def test_a_question_for_pictures_that_is_none_is_refused(ask, store, body):
    assert ask("POST", f"/stores/{store}/images/resolve", body).status_code == 400


def test_knowledge_is_added_replaced_listed_and_removed(ask, store):
    path = f"/stores/{store}/knowledge"
    added = ask("POST", path, {"title": "Envíos", "text": "A toda Colombia."})
    assert added.status_code == 201
    one = f"{path}/{added.json['id']}"
    assert ask("GET", one).json == added.json
    changed = {"id": added.json["id"], "title": "Envíos", "text": "Solo a Bogotá."}
    assert ask("PUT", one, changed).json == changed
    assert ask("PUT", f"{path}/pagos", {"title": "Pagos", "text": "Nequi."}).status_code == 201
    assert ask("POST", path, {"id": "pagos", "title": "x", "text": "y"}).status_code == 409
    page = ask("GET", f"{path}?limit=1").json
    assert page["knowledge"] == [changed]
    last = ask("GET", f"{path}?cursor={page['next_cursor']}").json
    assert [each["id"] for each in last["knowledge"]] == ["pagos"]
    assert ask("DELETE", one).status_code == 204
    assert ask("GET", one).status_code == ask("DELETE", one).status_code == 404


def test_two_stores_with_the_same_ids_never_see_each_other_s_goods(
    ask, store, other_store, database
):
    for mine in (store, other_store):
        form = {"name": f"producto {mine}", "images": [f"/{mine}.jpg"]}
        ask("PUT", f"/stores/{mine}/products/x", form, scope=mine)
        passage = {"title": "producto", "text": f"saber {mine}"}
        ask("PUT", f"/stores/{mine}/knowledge/x", passage, scope=mine)
    ask("PATCH", f"/stores/{store}/products/x", {"price": "1"}, scope=store)
    ask("DELETE", f"/stores/{store}/knowledge/x", scope=store)
    for path, body in (
        ("products", None),
        ("products/x", None),
        ("knowledge", None),
        ("agents", None),
        ("search?q=producto", None),
        ("images/resolve", {"product_ids": ["x"]}),
    ):
        method = "POST" if body else "GET"
        answer = ask(method, f"/stores/{store}/{path}", body, scope=store)
        assert answer.status_code == 200
        assert other_store not in answer.get_data(as_text=True)
    theirs = f"/stores/{other_store}"
    assert ask("GET", f"{theirs}/products/x", scope=other_store).json["price"] is None
    assert ask("GET", f"{theirs}/knowledge/x", scope=other_store).status_code == 200
    with database.store(store) as connection:
        for table in (products, knowledge):
            seen = connection.scalars(select(table.c.store_id).distinct()).all()
            assert set(seen) <= {store}


def test_whatever_is_posted_is_stored_or_refused_but_never_breaks(ask, store):
    leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    values = st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner)
    )
    forms = st.dictionaries(st.sampled_from([*PRODUCT, "store_id"]), values, max_size=5)

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(forms | values)
    def post(form):
        answer = ask("POST", f"/stores/{store}/products", form)
        assert answer.status_code in (201, 400, 409)

    post()


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000, b"9" * 5_000, b'"x"'])
def test_a_body_that_is_no_json_object_is_refused(catalog_client, tokens, store, body):
    headers = {"Authorization": f"Bearer {tokens.issue('catalog')}"}
    answer = catalog_client.post(f"/stores/{store}/products", data=body, headers=headers)
    assert (answer.status_code, answer.json["error"]["code"]) == (400, "invalid_request")


def test_a_body_that_is_too_large_is_refused(catalog_client, tokens, store):
    headers = {"Authorization": f"Bearer {tokens.issue('catalog')}"}
    answer = catalog_client.post(
        f"/stores/{store}/products", data=b"x" * 2_000_000, headers=headers
    )
    assert (answer.status_code, answer.json["error"]["code"]) == (413, "too_large")


def test_a_picture_that_could_not_be_loaded_is_shown_until_it_is_another(ask, store):
    path = f"/stores/{store}/products/cafe-huila-500"
    ask("PUT", path, PRODUCT)
    problem = {"code": "131053", "url": "https://cdn.example/b.jpg"}

    assert ask("POST", f"{path}/picture-problem", problem, scope=store).status_code == 204
    shown = ask("GET", path).json
    assert shown == PRODUCT | {"picture_problem": "131053"}
    assert ask("PUT", path, shown | {"price": "46000.00"}).json["picture_problem"] == "131053"

    assert "picture_problem" not in ask("PATCH", path, {"images": ["/c.jpg"]}).json
    assert ask("POST", f"{path}/picture-problem", problem).status_code == 204  # a former picture
    assert "picture_problem" not in ask("GET", path).json
    assert ask("POST", f"/stores/{store}/products/x/picture-problem", problem).status_code == 404
