"""Logging in and out, and what a log-in is worth while it lasts."""

import re
from dataclasses import replace

from sqlalchemy import text

from .stand import COOKIE, PASSWORD


def changing_routes(app):
    """Every route that changes anything, but the log-in, which has no token yet."""
    return [
        (method, re.sub("<[^>]+>", "x", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"GET", "HEAD", "OPTIONS"}
        if rule.rule != "/api/login"
    ]


def make_stale(database, interval):
    with database.everywhere() as connection:
        connection.execute(
            text("UPDATE console_sessions SET checked_at = now() - CAST(:age AS interval)"),
            {"age": interval},
        )


def test_a_log_in_answers_who_it_is_and_sets_a_cookie_scripts_cannot_read(browser, hire):
    one = browser()

    answer = one.log_in(hire("ana"))

    agent = answer.json()["agent"]
    assert (agent["name"], agent["administrator"]) == ("Ana", False)
    assert agent["stores"] == [{"id": "store-1", "name": "Tienda 1", "role": "agent"}]
    cookie, known = answer.raw.headers.getlist("Set-Cookie")
    assert cookie.startswith(f"{COOKIE}=")
    for each in (cookie, known):
        assert {"HttpOnly", "Path=/", "SameSite=Strict"} <= set(each.split("; "))
        assert "Secure" not in each
    assert one.get("/api/me").json() == answer.json()


def test_the_token_in_the_cookie_is_nowhere_in_the_database(ana, database):
    token = ana.http.cookies[COOKIE]

    with database.everywhere() as connection:
        rows = str(connection.execute(text("SELECT * FROM console_sessions")).all())

    assert token not in rows


def test_whatever_is_wrong_the_answer_is_the_same(browser, hire):
    answers = [
        browser().log_in(email, password)
        for email, password in (
            (hire("ana"), "otra"),
            ("nadie@example.test", PASSWORD),
            ("no es un correo", PASSWORD),
            ("ana@example.test\x00", PASSWORD),
            ("ana@example.test", ""),
        )
    ]

    assert {each.status_code for each in answers} == {401}
    assert answers[0].json()["error"]["code"] == "invalid_credentials"
    assert len({each.content for each in answers}) == 1
    assert not any("Set-Cookie" in each.headers for each in answers)


def test_a_log_in_without_its_fields_is_refused(browser):
    for content in (None, [], {"email": 3, "password": "x"}, {"email": "a"}):
        assert browser().post("/api/login", content).status_code == 400


def test_another_page_cannot_log_anyone_in(browser, hire):
    form = {"email": hire("ana"), "password": PASSWORD}

    assert browser().post("/api/login", form, Origin="http://elsewhere.example").status_code == 403


def test_ten_wrong_passwords_throttle_that_account_and_no_other(ana, browser, hire):
    one = browser()
    hire("beto")
    answers = [one.log_in("ana@example.test", "otra") for _ in range(12)]

    assert [each.status_code for each in answers] == [401] * 10 + [429] * 2
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 301
    assert one.log_in("ana@example.test").status_code == 429
    assert one.log_in("beto@example.test").status_code == 200
    # From the same address, but at a browser she has logged in with before.
    assert ana.log_in("ana@example.test").status_code == 200


def test_behind_a_proxy_the_address_that_counts_is_the_one_it_was_called_from(console_app, parts):
    access = replace(parts.access, trusted_proxies=1)
    told = {"X-Forwarded-For": "198.51.100.9, 203.0.113.7"}
    with console_app.test_request_context(headers=told, environ_base={"REMOTE_ADDR": "10.0.0.1"}):
        assert access.caller().address == "203.0.113.7"
        assert parts.access.caller().address == "10.0.0.1"


def test_logging_out_ends_the_log_in_for_good(ana, browser):
    thief = browser()
    thief.http.cookies.update(ana.http.cookies)

    assert ana.post("/api/logout").status_code == 204

    assert COOKIE not in ana.http.cookies
    assert thief.get("/api/me").status_code == 401


def test_a_new_log_in_has_a_new_token_and_ends_the_former_one(ana, browser):
    former = browser()
    former.http.cookies.update(ana.http.cookies)

    ana.log_in("ana@example.test")

    assert ana.http.cookies[COOKIE] != former.http.cookies[COOKIE]
    assert former.get("/api/me").status_code == 401
    assert ana.get("/api/me").status_code == 200


def test_a_change_without_the_csrf_token_is_refused(ana, console_app):
    changes = changing_routes(console_app)
    assert len(changes) > 20
    for method, path in changes:
        for headers in ({}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": "ñ".encode()}):
            answer = ana.http.request(method, ana.url + path, json={}, headers=headers, timeout=5)
            told = (answer.status_code, answer.json()["error"]["code"])
            assert told == (403, "csrf_failed"), (method, path)


def test_nothing_is_open_without_a_log_in(browser, console_app):
    stranger = browser()
    for method, path in [*changing_routes(console_app), ("GET", "/api/me"), ("GET", "/x")]:
        assert stranger.ask(method, path, {}).status_code == 401, (method, path)


def test_what_is_public_is_open(browser):
    for path in ("/", "/docs", "/openapi.json", "/healthz", "/readyz", "/metrics"):
        answer = browser().get(path)
        assert answer.status_code == 200, path
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def test_who_is_taken_from_a_store_loses_it_within_half_a_minute(ana, ask_catalog, database):
    form = {"email": "ana@example.test", "name": "Ana", "role": "agent"}
    ask_catalog("POST", "/stores/store-2/agents", form)
    ask_catalog("DELETE", f"/stores/store-1/agents/{ana.agent['id']}")
    assert ana.get("/api/stores/store-1/sessions").status_code == 200

    make_stale(database, "31 seconds")

    assert ana.get("/api/stores/store-1/sessions").status_code == 404
    assert ana.get("/api/stores/store-2/sessions").status_code == 200


class TestWithoutTheCatalog:
    def test_who_is_logged_in_stays_so_for_a_while(self, ana, database, parts):
        parts.catalog._url = "http://127.0.0.1:9"

        make_stale(database, "14 minutes")
        assert ana.get("/api/stores/store-1/sessions").status_code == 200
        make_stale(database, "16 minutes")
        answer = ana.get("/api/stores/store-1/sessions")

        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "catalog_unavailable")

    def test_nobody_logs_in_and_nobody_is_throttled_for_it(self, browser, hire, parts):
        hire("ana")
        parts.catalog._url, url = "http://127.0.0.1:9", parts.catalog._url
        one = browser()
        answers = {one.log_in("ana@example.test").status_code for _ in range(12)}

        parts.catalog._url = url

        assert answers == {503}
        assert one.log_in("ana@example.test").status_code == 200
