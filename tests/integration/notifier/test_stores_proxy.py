"""The catalog through the console: who may read, who may change, and what is handed on."""

from sqlalchemy import text

from common import store_pausing

PRODUCT = {"id": "p-1", "name": "Matera", "price": "45000.00", "currency": "COP"}


def test_an_agent_lists_the_stores_served_and_an_administrator_all(ana, logged_in):
    assert ana.get("/api/stores").json() == {
        "stores": [
            {
                "id": "store-1",
                "name": "Tienda 1",
                "role": "agent",
                "status": "active",
                "paused_reason": "",
            }
        ]
    }
    listed = logged_in("admin").get("/api/stores").json()["stores"]
    assert [(each["id"], each["role"]) for each in listed] == [
        ("store-1", "administrator"),
        ("store-2", "administrator"),
    ]


def test_an_administrator_has_the_stores_even_without_the_catalog(logged_in, parts):
    admin = logged_in("admin")
    parts.catalog._url = "http://127.0.0.1:9"

    listed = admin.get("/api/stores").json()["stores"]

    assert [each["id"] for each in listed] == ["store-1", "store-2"]
    answer = admin.get("/api/stores/store-1/products")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "catalog_unavailable")


def test_an_owner_keeps_the_goods_and_an_agent_reads_them(ana, logged_in):
    owner = logged_in("duena")
    products = "/api/stores/store-1/products"

    assert owner.post(products, PRODUCT).status_code == 201
    assert owner.ask("PATCH", f"{products}/p-1", {"name": "Matera azul"}).status_code == 200
    (seen,) = ana.get(products, limit="1").json()["products"]
    assert (seen["id"], seen["name"], seen["price"]) == ("p-1", "Matera azul", "45000.00")
    assert ana.get(f"{products}/p-1").json()["name"] == "Matera azul"
    assert owner.ask("DELETE", f"{products}/p-1").status_code == 204
    assert ana.get(f"{products}/p-1").status_code == 404


def test_an_agent_changes_nothing_of_the_store(ana):
    for method, path in (
        ("PATCH", ""),
        ("PUT", ""),
        ("POST", "/products"),
        ("DELETE", "/products/p-1"),
        ("POST", "/knowledge"),
        ("POST", "/agents"),
        ("PUT", "/agents/x"),
    ):
        answer = ana.ask(method, f"/api/stores/store-1{path}", PRODUCT)
        told = (answer.status_code, answer.json()["error"]["code"])
        assert told == (403, "not_permitted"), (method, path)


def test_only_an_administrator_registers_stores(logged_in):
    form = {"id": "store-3", "name": "Tienda 3", "phone_number_id": "100000000000003"}

    assert logged_in("duena").post("/api/stores", form).status_code == 403
    admin = logged_in("admin")
    assert admin.post("/api/stores", form).status_code == 201
    assert admin.post("/api/stores", form).status_code == 409
    assert admin.get("/api/stores/store-3/sessions").status_code == 200


def test_an_administrator_may_make_a_store_by_its_address(logged_in):
    form = {"name": "Tienda 4", "phone_number_id": "100000000000004"}
    admin = logged_in("admin")

    assert admin.ask("PUT", "/api/stores/store-4", form).status_code == 201
    assert logged_in("duena").ask("PUT", "/api/stores/store-5", form).status_code == 404


def test_secrets_go_in_and_come_out_as_four_characters(logged_in, database):
    owner = logged_in("duena")

    answer = owner.ask("PATCH", "/api/stores/store-1", {"access_token": "a-new-secret-1234"})

    assert answer.json()["access_token_last4"] == "1234"
    assert "a-new-secret" not in owner.get("/api/stores/store-1").text
    with database.store("store-1") as connection:
        query = "SELECT action, details FROM audit_log WHERE action <> 'log_in'"
        row = connection.execute(text(query)).one()
    assert (row.action, row.details) == ("patch_store", {"fields": ["access_token"]})


def test_what_the_catalog_refuses_is_handed_on(logged_in):
    answer = logged_in("duena").ask("PATCH", "/api/stores/store-1", {"nonsense": 1})

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "invalid_request"


def test_an_id_that_is_none_never_leaves_the_console(logged_in):
    admin = logged_in("admin")

    for item_id in ("..", "%2e%2e", "a%2fb", "x" * 65, "%00"):
        answer = admin.ask("DELETE", f"/api/stores/store-1/agents/{item_id}")
        assert answer.status_code in (404, 405), item_id
    assert admin.get("/api/stores/store-1").status_code == 200


def test_an_owner_resumes_a_paused_store_and_it_is_written_down(ana, logged_in, database):
    owner, path = logged_in("duena"), "/api/stores/store-1/resume"
    assert owner.post(path, {}).json()["error"]["code"] == "not_paused"
    with database.store("store-1") as connection:
        store_pausing.pause_in(connection, "store-1", "payment_problem")
    assert ana.post(path, {}).status_code == 403

    answer = owner.post(path, {})

    assert (answer.status_code, answer.json()) == (200, {"id": "store-1", "status": "active"})
    assert ana.get("/api/stores").json()["stores"][0]["status"] == "active"
    with database.store("store-1") as connection:
        written = connection.scalars(text("SELECT action FROM audit_log")).all()
    assert "resume_store" in written
