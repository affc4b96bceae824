"""An agent of one store and everything of another: one answer, the same as for nothing at all."""

import uuid

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
