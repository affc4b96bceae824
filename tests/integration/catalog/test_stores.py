"""Stores by REST."""

import threading
import time

import pytest


def test_a_registered_store_shows_the_end_of_its_secrets_only(ask, store, phone_number_id):
    form = {
        "name": "Café La Ladera",
        "phone_number_id": phone_number_id,
        "waba_id": "77",
        "access_token": "EAAG-long-token-1234",
        "app_secret": "0123456789abcdef",
        "verify_token": "short",
        "settings": {"rate": 2.5, "handover_keywords": ["asesor"], "language": "es"},
    }
    answer = ask("PUT", f"/stores/{store}", form)
    assert answer.status_code == 200
    assert answer.json == {
        "id": store,
        "name": "Café La Ladera",
        "phone_number_id": phone_number_id,
        "waba_id": "77",
        "status": "active",
        "paused_reason": "",
        "access_token_last4": "1234",
        "app_secret_last4": "cdef",
        "verify_token_last4": "",
        "settings": {"rate": 2.5, "handover_keywords": ["asesor"], "language": "es"},
    }
    assert ask("GET", f"/stores/{store}").json == answer.json
    assert ask("GET", "/stores").json == {"stores": [answer.json]}


def test_a_store_lists_itself_only(ask, store, other_store):
    assert [each["id"] for each in ask("GET", "/stores", scope=store).json["stores"]] == [store]
    everyone = [each["id"] for each in ask("GET", "/stores").json["stores"]]
    assert everyone == sorted([store, other_store])


def test_put_makes_a_store_and_then_replaces_it(ask, store, phone_number_id):
    new = f"{store}-b"
    form = {"name": "Uno", "phone_number_id": phone_number_id, "settings": {"rate": 3}}
    assert ask("PUT", f"/stores/{new}", {**form, "app_secret": "first-secret"}).status_code == 201
    replaced = ask("PUT", f"/stores/{new}", {"name": "Dos", "phone_number_id": phone_number_id})
    assert replaced.status_code == 200
    assert (replaced.json["name"], replaced.json["settings"]) == ("Dos", {})
    assert replaced.json["app_secret_last4"] == "cret"


def test_a_put_that_names_no_status_leaves_a_paused_store_paused(ask, new_store, phone_number_id):
    store = new_store(status="paused")
    form = {"name": "Tienda", "phone_number_id": phone_number_id}

    assert ask("PUT", f"/stores/{store}", form).json["status"] == "paused"
    assert ask("PUT", f"/stores/{store}", {**form, "status": "active"}).json["status"] == "active"


def test_a_patch_changes_what_it_names_and_merges_settings(ask, new_store):
    store = new_store(settings={"rate": 3, "attempts": 2})
    changed = ask(
        "PATCH",
        f"/stores/{store}",
        {"status": "paused", "settings": {"rate": None, "bot_enabled": False}},
        scope=store,
    )
    assert changed.status_code == 200
    assert changed.json["name"] == "Tienda"
    assert changed.json["status"] == "paused"
    assert changed.json["settings"] == {"attempts": 2, "bot_enabled": False}


def test_changes_of_settings_at_once_do_not_undo_each_other(catalog_app, ask, store, tokens):
    names = ["rate", "attempts", "send_rate", "pair_burst", "retention_days", "concurrency"]
    statuses = _at_once(
        catalog_app,
        tokens,
        [("PATCH", f"/stores/{store}", {"settings": {name: 7}}) for name in names],
    )
    assert statuses == [200] * len(names)
    assert ask("GET", f"/stores/{store}").json["settings"] == dict.fromkeys(names, 7)


def test_the_former_secret_stays_valid_while_it_is_rotated(ask, new_store, stores):
    store = new_store(app_secret="the-former-one")
    ask("PATCH", f"/stores/{store}", {"app_secret": "the-present-one"})
    assert stores.app_secrets(stores.get(store)) == ("the-present-one", "the-former-one")

    ask("PATCH", f"/stores/{store}", {"app_secret": "the-next-one", "forget_former": True})
    stores.forget(store)
    assert stores.app_secrets(stores.get(store)) == ("the-next-one",)


def test_an_id_and_a_number_belong_to_one_store(ask, new_store, phone_number_id):
    store = new_store(phone_number_id=phone_number_id)
    taken = {"name": "x", "phone_number_id": phone_number_id}
    for answer in (
        ask("POST", "/stores", {"id": store, "name": "x", "phone_number_id": "1" + store}),
        ask("POST", "/stores", {"id": f"{store}-b", **taken}),
        ask("PATCH", f"/stores/{new_store()}", {"phone_number_id": phone_number_id}),
    ):
        assert (answer.status_code, answer.json["error"]["code"]) == (409, "already_exists")


def test_a_store_registered_twice_at_once_is_registered_once(
    catalog_app, store, tokens, phone_number_id
):
    form = {"id": f"{store}-twice", "name": "x", "phone_number_id": phone_number_id}
    assert sorted(_at_once(catalog_app, tokens, [("POST", "/stores", form)] * 2)) == [201, 409]


@pytest.mark.measures
def test_another_process_sees_a_new_store_within_two_seconds(
    new_catalog_app, ask, store, tokens, phone_number_id
):
    new = f"{store}-new"
    headers = {"Authorization": f"Bearer {tokens.issue('catalog')}"}
    client = new_catalog_app().test_client()
    # The other process has just learnt that there is no such store.
    assert client.get(f"/stores/{new}/products", headers=headers).status_code == 404
    assert ask("PUT", f"/stores/{new}", {"name": "x", "phone_number_id": phone_number_id}).json
    deadline = time.monotonic() + 2
    while client.get(f"/stores/{new}/products", headers=headers).status_code != 200:
        assert time.monotonic() < deadline
    assert ask("GET", f"/stores/{new}/products").status_code == 200


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"settings": {"unknown": 1}}, {"settings": {"unknown": ["Unknown field."]}}),
        ({"app_secret": "a\x00b"}, {"app_secret": ["It holds NUL or half a character."]}),
        ({"name": "\ud800"}, {"name": ["It holds NUL or half a character."]}),
        ({"id": "another"}, {"id": ["It is not the one in the path."]}),
        ({"access_token_last4": "1234"}, {"access_token_last4": ["Unknown field."]}),
    ],
)
def test_a_change_that_breaks_a_rule_names_the_field(ask, store, change, fields):
    answer = ask("PATCH", f"/stores/{store}", change)
    assert answer.status_code == 400
    assert answer.json["error"]["code"] == "invalid_request"
    assert answer.json["error"]["details"] == {"fields": fields}


def test_what_is_missing_is_named(ask):
    answer = ask("POST", "/stores", {})
    assert answer.status_code == 400
    assert answer.json["error"]["details"]["fields"].keys() == {"id", "name", "phone_number_id"}


def _at_once(app, tokens, requests):
    together = threading.Barrier(len(requests))
    statuses = []

    def send(method, path, body):
        headers = {"Authorization": f"Bearer {tokens.issue('catalog')}"}
        together.wait(10)
        answer = app.test_client().open(path, method=method, json=body, headers=headers)
        statuses.append(answer.status_code)

    threads = [threading.Thread(target=send, args=each) for each in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return statuses
