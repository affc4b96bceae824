"""What the console loads: the list of sessions, and messages."""

import base64

from sqlalchemy import text

PHONE = "573001112233"
LISTED = [
    "id",
    "contact_id",
    "phone",
    "name",
    "status",
    "owner",
    "owner_name",
    "epoch",
    "preview",
    "preview_kind",
    "unread",
    "window_expires_at",
    "waiting_since",
    "last_message_at",
    "handover_trigger",
    "unreachable_code",
    "snoozed",
    "snoozed_until",
    "blocked",
    "opted_out",
    "channel",
]


def listed(browser, **query):
    answer = browser.get("/api/stores/store-1/sessions", **query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def ids(page):
    return [each["id"] for each in page["sessions"]]


def messages(browser, session_id, **query):
    answer = browser.get(f"/api/stores/store-1/sessions/{session_id}/messages", **query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_list_has_the_contracts_shape(ana, shop):
    session_id = shop.says("store-1", PHONE, "hola")

    page = listed(ana)

    head = shop.events_after("store-1", 0)[-1].seq
    assert list(page) == ["as_of_seq", "sessions", "next_cursor"]
    assert (page["as_of_seq"], page["next_cursor"]) == (head, None)
    (session,) = page["sessions"]
    assert list(session) == LISTED
    assert (session["id"], session["phone"], session["name"]) == (session_id, PHONE, "Cliente 33")
    assert (session["status"], session["owner"]) == ("bot", "bot")
    assert (session["preview"], session["unread"]) == ("hola", 1)
    assert session["window_expires_at"].endswith("Z")
    assert session["waiting_since"] is None
    marks = ("snoozed", "snoozed_until", "blocked", "opted_out", "channel")
    assert [session[each] for each in marks] == [False, None, False, False, "whatsapp"]


def test_the_newest_activity_comes_first_and_each_conversation_once(ana, shop):
    first, second = (shop.says("store-1", phone, "hola") for phone in (PHONE, "573009998877"))
    shop.says("store-1", PHONE, "¿hay alguien?")

    assert ids(listed(ana)) == [first, second]


def test_mine_and_waiting_show_what_they_say(ana, shop):
    mine, waiting, later, bots = (
        shop.says("store-1", f"5730000000{number}0", "hola") for number in range(4)
    )
    for session_id in (waiting, later):
        shop.hands_over("store-1", session_id)
    ana.post(f"/api/stores/store-1/sessions/{mine}/takeover")
    shop.says("store-1", "573000000010", "sigo aquí")

    assert ids(listed(ana, filter="mine")) == [mine]
    assert ids(listed(ana, filter="waiting")) == [waiting, later]
    assert set(ids(listed(ana, filter="all"))) == {mine, waiting, later, bots}
    handed = listed(ana, filter="waiting")["sessions"][0]
    assert (handed["status"], handed["owner"]) == ("handover", "queue")
    assert handed["handover_trigger"] == "KEYWORD_DETECTED"
    assert handed["waiting_since"] is not None


def test_words_are_looked_for_in_name_number_and_messages(ana, shop):
    shop.says("store-1", PHONE, "Un camión de juguete al 100%")
    for words, found in (
        ("cliente 33", True),
        ("CLIENTE", True),
        ("+57 300 111-22-33", True),
        ("1112233", True),
        ("camion", True),
        ("CAMIÓN", True),
        ("100%", True),
        ("1_0", False),
        ("%", False),
        ("\\", False),
        ("nadie", False),
        ("12%34", False),
    ):
        assert len(listed(ana, q=words)["sessions"]) == found, words


def test_pages_follow_one_another_without_loss(ana, shop):
    made = [shop.says("store-1", f"57300{number:07}", "hola") for number in range(53)]
    for session_id in made:
        shop.hands_over("store-1", session_id)

    for chosen, order in (("all", made[::-1]), ("waiting", made)):
        first = listed(ana, filter=chosen)
        second = listed(ana, filter=chosen, cursor=first["next_cursor"])
        assert ids(first) + ids(second) == order
        assert (len(first["sessions"]), second["next_cursor"]) == (50, None)


def test_a_list_that_makes_no_sense_is_refused(ana):
    for query in (
        {"cursor": "x"},
        {"cursor": "WzFd"},
        {"cursor": "%00"},
        {"cursor": base64.b64encode(b'["2026-01-01", "x"]').decode()},
        {"filter": "x"},
        {"q": "\0"},
    ):
        answer = ana.get("/api/stores/store-1/sessions", **query)
        told = (answer.status_code, answer.json()["error"]["code"])
        assert told == (400, "invalid_request"), query


def test_messages_have_the_contracts_shape_and_the_agent_sees_the_raw_text(ana, shop):
    session_id = shop.says("store-1", PHONE, "vivo en la calle 1", redacted="vivo en [DIRECCIÓN_1]")
    answered = shop.answers("store-1", session_id, "gracias")

    page = messages(ana, session_id)

    assert list(page) == ["as_of_seq", "messages", "changes", "session", "next_before"]
    asked, answer = page["messages"]
    assert set(asked) >= {"id", "role", "content", "time", "kind", "images", "status", "error"}
    assert (asked["role"], asked["content"]) == ("user", "vivo en la calle 1")
    assert (answer["id"], answer["role"], answer["status"]) == (answered, "assistant", "sent")
    assert (answer["images"], answer["error"], page["next_before"]) == ([], "", None)
    assert [page["session"]] == listed(ana)["sessions"]
    assert page["session"]["preview"] == "gracias"


def test_going_back_reaches_the_beginning_through_former_sessions(ana, shop, database):
    former = shop.says("store-1", PHONE, "hace dos días")
    with database.store("store-1") as connection:
        connection.execute(
            text("UPDATE conversations SET window_expires_at = now() - interval '1 day'")
        )
    present = shop.says("store-1", PHONE, "hoy 0")
    for number in range(1, 60):
        shop.answers("store-1", present, f"hoy {number}")

    newest = messages(ana, present)
    older = messages(ana, present, before=newest["next_before"])

    assert former != present
    assert [each["content"] for each in newest["messages"]] == [f"hoy {n}" for n in range(10, 60)]
    assert [each["content"] for each in older["messages"]] == ["hace dos días"] + [
        f"hoy {number}" for number in range(10)
    ]
    assert older["messages"][0]["session_id"] == former
    assert older["next_before"] is None
    alone = messages(ana, former)
    assert [each["content"] for each in alone["messages"]] == ["hace dos días"]
    assert (alone["session"]["id"], older["session"]) == (present, None)


def test_a_snapshot_and_the_events_after_it_make_the_next_snapshot(ana, shop):
    session_id = shop.says("store-1", PHONE, "hola")
    before, said = listed(ana), messages(ana, session_id)
    wire = ana.hello("store-1", min(before["as_of_seq"], said["as_of_seq"]), rooms=[session_id])

    shop.says("store-1", PHONE, "¿precio?")
    shop.hands_over("store-1", session_id)
    shop.answers("store-1", session_id, "ya le atienden", role="system")
    ana.post(f"/api/stores/store-1/sessions/{session_id}/takeover")
    shop.says("store-1", "573009998877", "buenas")

    after, now_said = listed(ana), messages(ana, session_id)
    wire.up_to(after["as_of_seq"])
    state = {each["id"]: each for each in before["sessions"]}
    texts = {each["id"]: each for each in said["messages"]}
    for frame in wire.told:
        content = frame.get("data", {})
        if frame["type"] == "chat_list_update":
            state[content["id"]] = {key: content[key] for key in LISTED}
        elif frame["type"] == "session_update":
            state[content["id"]]["status"] = content["status"]
        elif frame["type"] == "new_message":
            texts[content["message"]["id"]] = content["message"]
    assert texts == {each["id"]: each for each in now_said["messages"]}
    assert {each["id"]: each["preview"] for each in after["sessions"]} == {
        key: each["preview"] for key, each in state.items()
    }
    assert {each["id"]: each["status"] for each in after["sessions"]} == {
        key: each["status"] for key, each in state.items()
    }


def test_who_read_a_conversation_is_on_record_for_ever(ana, shop, database):
    session_id = shop.says("store-1", PHONE, "hola")

    messages(ana, session_id)

    with database.store("store-1") as connection:
        rows = connection.execute(
            text("SELECT action, agent_id::text, session_id::text FROM audit_log ORDER BY audit_id")
        )
        assert [tuple(row) for row in rows][1:] == [
            ("read_conversation", ana.agent["id"], session_id)
        ]
        assert connection.execute(text("DELETE FROM audit_log")).rowcount == 0
        assert connection.execute(text("UPDATE audit_log SET action = 'x'")).rowcount == 0
    with database.store("store-2") as connection:
        assert connection.scalar(text("SELECT count(*) FROM audit_log")) == 0
