"""Who did what and who read what, as a store's owner is told."""

import pytest

from .stand import PASSWORD

PHONE = "573001112233"
AUDIT = "/api/stores/store-1/audit"


@pytest.fixture
def duena(logged_in):
    return logged_in("duena")


def told(duena, **query):
    """List entries as (who, what), oldest first."""
    entries = duena.get(AUDIT, **query).json()["entries"]
    return [(each["agent_name"], each["action"]) for each in reversed(entries)]


def test_a_reading_is_one_entry_an_hour_for_each_agent_and_conversation(
    ana, duena, shop, logged_in, database
):
    first, second = (shop.says("store-1", f"57300111223{each}", "hola") for each in "34")
    beto = logged_in("beto")
    for session in (first, first, second):
        ana.get(f"/api/stores/store-1/sessions/{session}/messages")
    wire = ana.hello("store-1", rooms=[first])
    wire.next()
    beto_wire = beto.hello("store-1")
    beto_wire.say("join_session", session_id=first)
    beto_wire.until("joined")

    read = [("Ana", "read_conversation"), ("Beto", "read_conversation")]
    assert told(duena, session_id=first) == read
    assert told(duena, session_id=second) == read[:1]
    assert told(duena, agent_id=beto.agent["id"]) == [("Beto", "log_in"), read[1]]


def test_log_ins_and_the_wrong_passwords_before_them_are_told(browser, hire, duena):
    one = browser()
    for _ in range(3):
        one.log_in(hire("ana"), "otra")
    one.log_in("ana@example.test")
    one.log_in("nadie@example.test", "otra")

    entries = duena.get(AUDIT, agent_id=one.agent["id"]).json()["entries"]

    assert [(each["action"], each["details"]) for each in entries] == [
        ("log_in", {"failed": 2}),
        ("log_in_failed", {"failed": 1}),
    ]


def test_changes_of_agents_are_told_by_name_of_field_and_never_by_value(duena):
    form = {"email": "new@example.test", "name": "Nueva", "role": "agent", "password": PASSWORD}
    added = duena.post("/api/stores/store-1/agents", form).json()["id"]
    duena.ask("DELETE", f"/api/stores/store-1/agents/{added}")

    removed, made, _ = duena.get(AUDIT).json()["entries"]

    assert (made["action"], made["target"]) == ("post_agents", added)
    assert made["details"] == {"fields": ["email", "name", "password", "role"]}
    assert (removed["action"], removed["target"]) == ("delete_agents", added)
    assert PASSWORD not in duena.get(AUDIT).text


def test_the_log_is_read_by_pages_and_by_owners_only(ana, duena, carla, shop, logged_in):
    session = shop.says("store-1", PHONE, "hola")
    for _ in range(60):
        ana.post(f"/api/stores/store-1/sessions/{session}/takeover")
        ana.post(f"/api/stores/store-1/sessions/{session}/release")

    first = duena.get(AUDIT, session_id=session).json()
    rest = duena.get(AUDIT, session_id=session, cursor=first["cursor"]).json()

    assert (len(first["entries"]), len(rest["entries"]), rest["cursor"]) == (100, 20, None)
    assert len({each["id"] for page in (first, rest) for each in page["entries"]}) == 120
    assert (ana.get(AUDIT).status_code, carla.get(AUDIT).status_code) == (403, 404)
    assert duena.get(AUDIT, cursor="x").status_code == 400
    assert logged_in("admin").get(AUDIT).status_code == 200
