"""What an agent does: take over, send, release, resolve; dead letters and numbers."""

import pytest
from sqlalchemy import text

from common.errors import NotFoundError

PHONE = "573001112233"
TEXTS = [
    ("x" * 4096, 202, None),
    ("🌻" * 2048, 202, None),
    ("🌻" * 2048 + "x", 400, "text_too_long"),
    ("x" * 4097, 400, "text_too_long"),
    ("", 400, "text_empty"),
    (" \n\t", 400, "text_empty"),
    ("a\x00b", 400, "invalid_request"),
    ("a\ud800b", 400, "invalid_request"),
    (3, 400, "invalid_request"),
    (None, 400, "invalid_request"),
]


@pytest.fixture
def session_id(shop) -> str:
    return shop.says("store-1", PHONE, "hola")


def do(browser, session_id, verb, content=None):
    return browser.post(f"/api/stores/store-1/sessions/{session_id}/{verb}", content)


def send(browser, session_id, text="buenas", client_id="c-1"):
    return do(browser, session_id, "messages", {"text": text, "client_id": client_id})


def pending_commands(database):
    with database.store("store-1") as connection:
        return connection.scalar(text("SELECT count(*) FROM inbox WHERE kind = 'command'"))


def close_window(database):
    with database.store("store-1") as connection:
        connection.execute(
            text("UPDATE conversations SET window_expires_at = now() - interval '1 second'")
        )


def test_taking_over_raises_the_epoch_and_names_what_is_on_its_way(ana, shop, session_id):
    on_its_way = shop.is_sending("store-1", session_id)
    epoch = shop.conversation("store-1", session_id).epoch

    answer = do(ana, session_id, "takeover")

    assert answer.status_code == 200
    assert answer.json() == {
        "owner": ana.agent["id"],
        "owner_name": "Ana",
        "agent_name": "Ana",
        "status": "human",
        "epoch": epoch + 1,
        "in_flight": [on_its_way],
    }
    assert do(ana, session_id, "takeover").json()["epoch"] == epoch + 1
    listed = ana.get("/api/stores/store-1/sessions").json()["sessions"][0]
    assert (listed["status"], listed["owner"], listed["unread"]) == ("human", ana.agent["id"], 0)


def test_a_takeover_is_told_to_the_whole_store(ana, logged_in, shop, session_id):
    wire = logged_in("beto").hello("store-1")
    wire.next()

    do(ana, session_id, "takeover")

    update = wire.until("session_update")["data"]
    assert (update["id"], update["status"], update["agent"]) == (session_id, "human", "Ana")


def test_releasing_gives_it_back_and_rings(ana, shop, parts, session_id):
    do(ana, session_id, "takeover")

    answer = do(ana, session_id, "release").json()

    assert (answer["owner"], answer["status"], answer["epoch"]) == ("bot", "bot", 3)
    assert parts.doorbells.depth("store-1") == 1


def test_a_release_may_leave_a_note_once(ana, database, session_id):
    do(ana, session_id, "takeover")
    long = do(ana, session_id, "release", {"note": "x" * 501})
    assert (long.status_code, long.json()["error"]["code"]) == (400, "invalid_request")

    for _ in range(2):
        assert do(ana, session_id, "release", {"note": "ya pagó"}).json()["status"] == "bot"

    assert pending_commands(database) == 1


def test_a_conversation_is_assigned_to_a_colleague_or_to_the_queue(
    ana, logged_in, shop, database, session_id
):
    shop.says("store-1", PHONE, "¿hay alguien?")
    on_its_way = shop.is_sending("store-1", session_id)
    beto, carla = logged_in("beto"), logged_in("carla")
    wire = beto.hello("store-1")
    wire.next()

    answer = do(ana, session_id, "assign", {"agent_id": beto.agent["id"]}).json()

    assert (answer["owner"], answer["epoch"]) == (beto.agent["id"], 2)
    assert (answer["owner_name"], answer["in_flight"]) == ("Beto", [on_its_way])
    assert wire.until("session_update")["data"]["agent_id"] == beto.agent["id"]
    mine = beto.get("/api/stores/store-1/sessions", filter="mine").json()["sessions"]
    assert [(each["id"], each["unread"]) for each in mine] == [(session_id, 2)]
    for stranger in (carla.agent["id"], "somebody"):
        refused = do(ana, session_id, "assign", {"agent_id": stranger})
        assert (refused.status_code, refused.json()["error"]["code"]) == (404, "agent_not_found")
    queued = do(beto, session_id, "assign", {"agent_id": "queue"}).json()
    assert (queued["owner"], queued["status"], queued["epoch"]) == ("queue", "handover", 3)
    with database.store("store-1") as connection:
        rows = connection.execute(text("SELECT target FROM audit_log WHERE action = 'assign'"))
        assert {row.target for row in rows} == {beto.agent["id"], "queue"}


def test_resolving_closes_the_matter(ana, shop, session_id):
    do(ana, session_id, "takeover")

    answer = do(ana, session_id, "resolve").json()

    assert (answer["owner"], answer["status"]) == ("bot", "resolved")
    listed = ana.get("/api/stores/store-1/sessions").json()["sessions"][0]
    assert listed["status"] == "resolved"


def test_a_send_is_accepted_in_the_conversations_order(ana, shop, parts, database, session_id):
    answer = send(ana, session_id)

    assert answer.status_code == 202
    assert list(answer.json()) == ["id", "client_id", "status"]
    assert (answer.json()["client_id"], answer.json()["status"]) == ("c-1", "sending")
    assert pending_commands(database) == 1
    assert parts.doorbells.depth("store-1") == 1
    assert shop.conversation("store-1", session_id).agent_id == ana.agent["id"]


def test_the_same_client_id_again_sends_nothing_again(ana, database, session_id):
    first, again, other = (send(ana, session_id, client_id=each) for each in ("a", "a", "b"))

    assert first.json() == again.json()
    assert first.json()["id"] != other.json()["id"]
    assert pending_commands(database) == 2


def test_a_repeated_send_is_answered_alike_after_the_window_and_the_owner_changed(
    ana, logged_in, shop, database, session_id
):
    first = send(ana, session_id)
    do(logged_in("beto"), session_id, "takeover")
    close_window(database)

    again = send(ana, session_id)

    assert (again.status_code, again.json()) == (202, first.json())
    assert shop.conversation("store-1", session_id).agent_name == "Beto"


def test_two_agents_may_choose_the_same_client_id(ana, logged_in, database, session_id):
    first = send(ana, session_id)
    beto = logged_in("beto")
    do(beto, session_id, "takeover")

    second = send(beto, session_id)

    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json()["id"] != second.json()["id"]
    assert pending_commands(database) == 2


def test_after_the_window_nothing_is_sent(ana, database, session_id):
    close_window(database)

    answer = send(ana, session_id)

    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "window_closed")
    assert pending_commands(database) == 0


def test_while_a_colleague_answers_nothing_is_sent(ana, logged_in, database, session_id):
    do(logged_in("beto"), session_id, "takeover")

    answer = send(ana, session_id)

    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "owned_by_colleague")
    assert pending_commands(database) == 0


def test_a_text_has_its_limits(ana, session_id):
    for number, (said, status, code) in enumerate(TEXTS):
        answer = send(ana, session_id, said, client_id=str(number))
        assert answer.status_code == status, said
        assert answer.json().get("error", {}).get("code") == code


def test_a_client_id_has_its_limits(ana, session_id):
    for client_id in ("", "x" * 101, "a\x00", "\ud800", None, 7):
        assert send(ana, session_id, client_id=client_id).status_code == 400, client_id
    assert send(ana, session_id, client_id="x" * 100).status_code == 202


def test_reading_clears_the_count(ana, shop, session_id):
    assert do(ana, session_id, "read").status_code == 204

    assert ana.get("/api/stores/store-1/sessions").json()["sessions"][0]["unread"] == 0


def test_what_was_done_is_on_record(ana, database, session_id):
    do(ana, session_id, "takeover")
    sent = send(ana, session_id).json()["id"]
    send(ana, session_id)
    do(ana, session_id, "release")

    with database.store("store-1") as connection:
        rows = connection.execute(text("SELECT action, target FROM audit_log ORDER BY audit_id"))
        assert [tuple(row) for row in rows][1:] == [
            ("take_over", ""),
            ("send", sent),
            ("release", ""),
        ]


def test_dead_letters_are_listed_and_retried(ana, shop, parts):
    _, letter = shop.is_given_up("store-1", PHONE, "assistant_failed")

    (listed,) = ana.get("/api/stores/store-1/dead-letters").json()["dead_letters"]
    answer = ana.post(f"/api/stores/store-1/dead-letters/{letter}/retry")

    assert (listed["id"], listed["reason"], listed["attempts"]) == (letter, "assistant_failed", 1)
    assert listed["died_at"].endswith("Z")
    assert (answer.status_code, answer.json()) == (200, {"id": letter, "status": "pending"})
    assert parts.doorbells.depth("store-1") == 1
    assert ana.get("/api/stores/store-1/dead-letters").json()["dead_letters"] == []
    assert ana.post(f"/api/stores/store-1/dead-letters/{letter}/retry").status_code == 404


def test_dead_letters_go_on_page_by_page_also_behind_one_that_is_settled(ana, shop):
    buried = [shop.is_given_up("store-1", f"57300111000{n}", "poison")[1] for n in range(3)]
    path = "/api/stores/store-1/dead-letters"

    first = ana.get(path, limit="1").json()
    ana.post(f"{path}/{buried[2]}/retry")
    rest = ana.get(path, limit="2", before=first["next_before"]).json()

    read = [each["id"] for page in (first, rest) for each in page["dead_letters"]]
    assert (read, rest["next_before"]) == (buried[::-1], None)
    assert ana.get(path, before="x~y").json()["error"]["code"] == "invalid_request"


def test_a_dead_letter_is_discarded_once(logged_in, shop):
    owner = logged_in("duena")
    _, letter = shop.is_given_up("store-1", PHONE, "poison")

    answers = [owner.post(f"/api/stores/store-1/dead-letters/{letter}/discard") for _ in range(2)]

    assert [each.status_code for each in answers] == [200, 404]
    assert answers[0].json() == {"id": letter, "status": "discarded"}


def test_the_numbers_of_a_store_add_up(ana, shop, session_id):
    waiting = shop.says("store-1", "573009998877", "un asesor")
    shop.hands_over("store-1", waiting)
    shop.answers("store-1", session_id, "claro")
    shop.is_given_up("store-1", "573005554433", "poison")
    send(ana, session_id)

    stats = ana.get("/api/stores/store-1/stats").json()

    assert stats["sessions"] == {"bot": 0, "handover": 1, "human": 1, "resolved": 0}
    assert (stats["waiting"], stats["dead_letters"], stats["queue_depth"]) == (1, 1, 1)
    assert stats["longest_waiting_since"].endswith("Z")
    assert stats["answered_today"] == {"assistant": 1, "agent": 0}
    assert ana.get("/api/stores/store-1/stats", time_zone="Mars/Base").status_code == 400


def test_a_former_session_takes_no_commands(ana, shop, database, session_id):
    close_window(database)
    present = shop.says("store-1", PHONE, "otra vez")

    assert do(ana, session_id, "takeover").status_code == 404
    assert do(ana, present, "takeover").status_code == 200
    with pytest.raises(NotFoundError):
        shop.conversation("store-1", session_id)
