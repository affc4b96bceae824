"""Who may ask what: tokens, scopes, and the wall between stores."""

import time

import jwt
import pytest

from common.tokens import InternalTokens

OPEN = {"/healthz", "/readyz", "/metrics", "/openapi.json", "/docs", "/docs/openapi.css"}


def _routes(app):
    """Yield every method and path of the REST, with ids that exist nowhere filled in."""
    for rule in app.url_map.iter_rules():
        if rule.rule in OPEN or rule.endpoint in ("static", "docs.static"):
            continue
        path = rule.rule
        for name in rule.arguments - {"store_id"}:
            path = path.replace(f"<{name}>", "0" * 32)
        for method in sorted(rule.methods - {"OPTIONS", "HEAD"}):
            yield method, path


def test_what_is_open_needs_no_token(catalog_client):
    for path in OPEN:
        with catalog_client.get(path) as answer:
            assert answer.status_code == 200


def test_every_other_route_refuses_who_has_no_token(catalog_app, catalog_client, store):
    for method, path in _routes(catalog_app):
        answer = catalog_client.open(path.replace("<store_id>", store), method=method, json={})
        assert (answer.status_code, answer.json["error"]["code"]) == (401, "not_authenticated")


def test_only_a_valid_token_for_this_service_is_accepted(
    catalog_client, catalog_settings, store, tokens
):
    now = int(time.time())
    good = {"aud": "catalog", "sub": "*", "iat": now, "exp": now + 60}
    key = catalog_settings.service_keys[0]
    bad = {
        "expired": jwt.encode({**good, "exp": now - 60}, key),
        "another service's": tokens.issue("notifier"),
        "another key's": InternalTokens(("k" * 32,)).issue("catalog"),
        "unsigned": jwt.encode(good, "", algorithm="none"),
        "without an end": jwt.encode({"aud": "catalog", "sub": "*", "iat": now}, key),
        "cut": tokens.issue("catalog")[:-2],
        "empty": "",
    }
    for token in bad.values():
        answer = catalog_client.get(
            f"/stores/{store}", headers={"Authorization": f"Bearer {token}"}
        )
        assert (answer.status_code, answer.json["error"]["code"]) == (401, "not_authenticated")
    headers = {"Authorization": f"Bearer {jwt.encode(good, key)}"}
    assert catalog_client.get(f"/stores/{store}", headers=headers).status_code == 200


def test_another_store_and_no_store_have_one_answer_on_every_route(
    catalog_app, ask, store, other_store
):
    for method, path in _routes(catalog_app):
        if "<store_id>" not in path:
            continue
        foreign = ask(method, path.replace("<store_id>", other_store), {}, scope=store)
        absent = ask(method, path.replace("<store_id>", "nowhere"), {}, scope=store)
        assert foreign.status_code == absent.status_code == 404, (method, path)
        assert foreign.json == absent.json
        assert foreign.json["error"]["code"] == "store_not_found"


@pytest.mark.parametrize(
    "store_id", ["nowhere", "A", "-", "a%00", "a%0a", "%F0%9F%8C%B5", "x" * 70]
)
def test_a_store_nobody_has_is_not_found_even_with_every_store(ask, store_id):
    answer = ask("GET", f"/stores/{store_id}/products")
    assert (answer.status_code, answer.json["error"]["code"]) == (404, "store_not_found")


def test_what_is_the_installation_s_is_refused_to_a_store(ask, store, phone_number_id):
    form = {"id": "mine-too", "name": "x", "phone_number_id": phone_number_id}
    for method, path, body in (
        ("POST", "/stores", form),
        ("POST", "/agents", {}),
        ("POST", "/agents/verify", {"email": "a@b.co", "password": "x"}),
        ("GET", "/agents/" + "0" * 32, None),
    ):
        answer = ask(method, path, body, scope=store)
        assert (answer.status_code, answer.json["error"]["code"]) == (403, "not_allowed")


def test_a_store_cannot_make_itself(ask):
    form = {"name": "x", "phone_number_id": "1"}
    answer = ask("PUT", "/stores/ghost", form, scope="ghost")
    assert (answer.status_code, answer.json["error"]["code"]) == (404, "store_not_found")


def test_an_unknown_path_and_a_wrong_method_have_the_shape_of_every_error(ask):
    assert ask("GET", "/nothing").json["error"]["code"] == "not_found"
    assert ask("DELETE", "/stores").json["error"]["code"] == "method_not_allowed"


def test_pictures_are_public_cached_and_taken_for_nothing_else(catalog_client):
    with catalog_client.get("/static/pictures/cafe-huila-500.jpg") as answer:
        assert answer.status_code == 200
        assert answer.content_type == "image/jpeg"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "public, max-age=86400"
    assert catalog_client.get("/static/../app.py").status_code in (401, 404)
    assert catalog_client.get("/static/pictures/%2e%2e/%2e%2e/app.py").status_code == 404


def test_the_document_describes_the_routes_and_our_errors(catalog_client):
    document = catalog_client.get("/openapi.json").json
    assert document["openapi"].startswith("3.")
    assert "/stores/{store_id}/images/resolve" in document["paths"]
    assert document["components"]["schemas"]["Error"]["properties"].keys() == {"error"}
    page = catalog_client.get("/docs").get_data(as_text=True)
    assert "/stores/{store_id}/images/resolve" in page
    assert "://" not in page
