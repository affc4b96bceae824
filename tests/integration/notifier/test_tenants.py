"""An agent of one store and everything of another: one answer, the same as for nothing at all."""

import re
import uuid

import pytest

from common.errors import ConfigurationError
from notifier import permissions

PHONE = "573001112233"
ROUTES = [
    ("GET", "/sessions"),
    ("GET", "/sessions/{session}/messages"),
    ("POST", "/sessions/{session}/messages"),
    ("POST", "/sessions/{session}/takeover"),
    ("POST", "/sessions/{session}/release"),
    ("POST", "/sessions/{session}/resolve"),
    ("POST", "/sessions/{session}/read"),
    ("GET", "/dead-letters"),
    ("POST", "/dead-letters/{letter}/retry"),
    ("POST", "/dead-letters/{letter}/discard"),
    ("GET", "/stats"),
    ("POST", "/resume"),
    ("GET", "/templates"),
    ("POST", "/templates/refresh"),
    ("GET", ""),
    ("PATCH", ""),
    ("PUT", ""),
    ("GET", "/products"),
    ("POST", "/products"),
    ("DELETE", "/products/x"),
    ("GET", "/knowledge"),
    ("GET", "/agents"),
    ("POST", "/agents"),
]
OF_A_SESSION = [route for route in ROUTES if "{session}" in route[1]]
MESSAGE = {"text": "hola", "client_id": "c-1"}


def test_another_store_is_answered_like_no_store(ana, shop):
    session_id = shop.says("store-2", PHONE, "secreto")
    _, letter = shop.is_given_up("store-2", PHONE, "poison")
    for method, template in ROUTES:
        path = template.format(session=session_id, letter=letter)
        foreign = ana.ask(method, f"/api/stores/store-2{path}", MESSAGE)
        absent = ana.ask(method, f"/api/stores/store-9{path}", MESSAGE)
        malformed = ana.ask(method, f"/api/stores/STORE%00{path}", MESSAGE)

        told = (foreign.status_code, foreign.json()["error"]["code"])
        assert told == (404, "store_not_found"), (method, template)
        assert foreign.content == absent.content == malformed.content
        assert set(foreign.headers) == set(absent.headers)


def test_another_stores_session_is_answered_like_no_session(ana, shop):
    theirs = shop.says("store-2", PHONE, "secreto")
    epoch = shop.conversation("store-2", theirs).epoch
    for method, template in OF_A_SESSION:
        answers = [
            ana.ask(method, f"/api/stores/store-1{template.format(session=each)}", MESSAGE)
            for each in (theirs, str(uuid.uuid4()), "not-a-session", "%00")
        ]

        assert {each.status_code for each in answers} == {404}, (method, template)
        assert answers[0].json()["error"]["code"] == "session_not_found"
        assert len({each.content for each in answers}) == 1
    assert shop.conversation("store-2", theirs).epoch == epoch


def test_another_stores_dead_letter_is_answered_like_none(ana, shop):
    _, letter = shop.is_given_up("store-2", PHONE, "poison")

    answers = [
        ana.post(f"/api/stores/store-1/dead-letters/{each}/retry")
        for each in (letter, str(uuid.uuid4()), "x")
    ]

    assert {(each.status_code, each.content) for each in answers} == {(404, answers[0].content)}


def test_another_stores_message_is_no_place_to_go_back_from(ana, shop):
    mine, theirs = shop.says("store-1", PHONE, "hola"), shop.says("store-2", PHONE, "hola")
    message_id = shop.answers("store-2", theirs, "secreto")

    answers = [
        ana.get(f"/api/stores/store-1/sessions/{mine}/messages", before=each)
        for each in (message_id, str(uuid.uuid4()), "x")
    ]

    assert {(each.status_code, each.content) for each in answers} == {(404, answers[0].content)}


def test_an_administrator_reaches_every_store_and_no_store_is_still_none(logged_in, shop):
    shop.says("store-2", PHONE, "hola")
    admin = logged_in("admin")

    assert len(admin.get("/api/stores/store-2/sessions").json()["sessions"]) == 1
    assert admin.get("/api/stores/store-9/sessions").status_code == 404
    assert admin.get("/api/stores/STORE%00/sessions").status_code == 404


def routes_of_a_store(app):
    """Every route below a store, with ids that are none; what is made of it is never sent."""
    for rule in app.url_map.iter_rules():
        if "<store_id>" in rule.rule:
            below = rule.rule.removeprefix("/api/stores/<store_id>")
            for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
                yield method, rule.endpoint, re.sub("<[^>]+>", str(uuid.uuid4()), below)


def test_no_route_of_another_store_answers_anything_but_no_such_store(ana, console_app):
    routes = list(routes_of_a_store(console_app))
    assert len(routes) >= 40
    for method, _, path in routes:
        foreign = ana.ask(method, f"/api/stores/store-2{path}", {})
        absent = ana.ask(method, f"/api/stores/store-9{path}", {})

        told = (foreign.status_code, foreign.json()["error"]["code"])
        assert told == (404, "store_not_found"), (method, path)
        assert foreign.content == absent.content


def test_in_ones_own_store_a_route_is_refused_exactly_as_the_table_says(ana, console_app):
    for method, endpoint, path in routes_of_a_store(console_app):
        answer = ana.ask(method, f"/api/stores/store-1{path}", {})

        needed = permissions.needed_for(method, endpoint)
        is_refused = answer.status_code == 403
        assert is_refused != permissions.may("agent", needed), (method, path)
        if is_refused:
            assert answer.json()["error"]["code"] == "not_permitted"
            assert answer.json()["error"]["details"] == {"permission": needed}


def test_a_route_that_names_no_permission_keeps_the_console_from_starting(console_app):
    routes = [
        (method, rule.endpoint)
        for rule in console_app.url_map.iter_rules()
        for method in rule.methods
    ]
    permissions.check_routes(routes)

    with pytest.raises(ConfigurationError, match=r"POST exports\.make"):
        permissions.check_routes([*routes, ("POST", "exports.make")])
    assert {route for route in permissions.ROUTES if route not in routes} == set()


def test_what_a_log_in_is_told_it_may_do_is_what_it_may(ana, logged_in):
    mine, owners = ana.get("/api/me").json()["may"], logged_in("duena").get("/api/me").json()["may"]

    assert mine == {"store-1": permissions.granted_to("agent")}
    assert set(owners["store-1"]) > set(mine["store-1"])
    assert "register_stores" in logged_in("admin").get("/api/me").json()["may"]["*"]
