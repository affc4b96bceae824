"""The customer beside the thread: what is known of them, notes about them, and who is blocked."""

import json
from uuid import uuid4

import pytest
from sqlalchemy import text

from common import contacts, message_templates
from common.contacts import Preference
from common.message_templates import ListedTemplate
from common.store_registration import StoreChange

from .stand import wait_until

PHONE = "573001112233"
ITEMS = [
    {"product_id": "cafe", "quantity": 2, "price": 45000, "currency": "COP"},
    {"product_id": "taza", "quantity": 1, "price": 30000, "currency": "COP"},
]


@pytest.fixture
def session(shop):
    return shop.says("store-1", PHONE, "hola, mi correo es a@b.co", redacted="hola, [CORREO_1]")


@pytest.fixture
def of(session):
    return lambda what: f"/api/stores/store-1/sessions/{session}/{what}"


def orders(shop, session):
    seal = shop.stores.seal_of(shop.stores.get("store-1"))
    message_id = shop.answers("store-1", session, "", role="user")
    with shop.database.store("store-1") as connection:
        connection.execute(
            text("UPDATE messages SET kind = 'order', details_sealed = :it WHERE message_id = :id"),
            {"it": seal.seal_text(json.dumps({"items": ITEMS})), "id": message_id},
        )
    return message_id


def test_the_panel_has_the_person_their_orders_notes_and_sessions(ana, shop, session, of):
    order = orders(shop, session)
    shop.hands_over("store-1", session)
    note = ana.post(of("notes"), {"message_id": str(uuid4()), "text": "Paga contra entrega"})

    contact = ana.get(of("contact")).json()

    assert (contact["name"], contact["phone"]) == ("Cliente 33", PHONE)
    assert (contact["blocked"], contact["opted_out"]) == (False, False)
    ((ordered),) = contact["orders"]
    assert (ordered["message_id"], ordered["session_id"]) == (order, session)
    assert (ordered["items"], ordered["total"], ordered["currency"]) == (3, 120000, "COP")
    ((noted),) = contact["notes"]
    assert (noted["text"], noted["author"]) == ("Paga contra entrega", "Ana")
    assert noted["message_id"] == note.json()["id"]
    ((its),) = contact["sessions"]
    assert (its["id"], its["messages"], its["ended_at"]) == (session, 3, None)
    assert (its["contact_id"], noted["session_id"]) == (contact["id"], session)
    assert contact["handover"]["trigger"] == "KEYWORD_DETECTED"
    assert contact["handover"]["words"] == ["hola, mi correo es a@b.co"]


def test_a_note_is_told_to_colleagues_once_and_kept_sealed(logged_in, shop, session, of):
    ana, beto = logged_in("ana"), logged_in("beto").hello("store-1", rooms=[session])
    beto.until("welcome")
    form = {"message_id": str(uuid4()), "text": "Dice que su correo es a@b.co"}

    first, again = ana.post(of("notes"), form), ana.post(of("notes"), form)

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    told = beto.until("new_message")["data"]["message"]
    assert (told["kind"], told["role"], told["content"]) == ("note", "system", form["text"])
    assert told["details"] == {"author": "Ana"}
    line = beto.until("chat_list_update")["data"]
    assert (line["preview"], line["preview_kind"]) == ("[note]", "note")
    with shop.database.store("store-1") as connection:
        query = text("SELECT content FROM messages WHERE kind = 'note'")
        assert connection.scalars(query).all() == [""]
        assert connection.scalar(text("SELECT count(*) FROM inbox WHERE kind = 'command'")) == 0
    used = shop.answers("store-1", session, "buenas")
    taken = ana.post(of("notes"), {"message_id": used, "text": "x"})
    assert (taken.status_code, taken.json()["error"]["code"]) == (409, "message_id_used")
    assert ana.post(of("notes"), {"message_id": str(uuid4()), "text": " "}).status_code == 400


def test_a_blocked_customer_is_not_written_to_and_what_the_bot_had_planned_is_void(
    ana, shop, session, of
):
    shop.hands_over("store-1", session)
    before = shop.conversation("store-1", session)
    wire = ana.hello("store-1", rooms=[session])
    wire.until("welcome")

    answer = ana.post(of("block"), {"blocked": True})

    assert answer.json()["blocked"] is True
    assert answer.json()["session"]["blocked"] is True
    told = wire.until("session_update")["data"]
    assert (told["reason"], told["by"], told["session"]["blocked"]) == ("BLOCKED", "Ana", True)
    after = shop.conversation("store-1", session)
    assert (after.owner, after.epoch) == ("bot", before.epoch + 1)
    for form in ({"text": "hola"}, {"template": {"name": "bienvenida", "language": "es"}}):
        refused = ana.post(of("messages"), {"client_id": str(uuid4()), **form})
        assert refused.json()["error"]["code"] in ("contact_blocked", "template_not_found")
    assert ana.post(of("messages"), {"client_id": "c", "text": "hola"}).status_code == 409

    assert ana.post(of("block"), {"blocked": False}).json()["session"]["blocked"] is False
    assert ana.post(of("messages"), {"client_id": "c", "text": "hola"}).status_code == 202
    with shop.database.store("store-1") as connection:
        query = text("SELECT action FROM audit_log WHERE action LIKE '%block' ORDER BY audit_id")
        assert connection.scalars(query).all() == ["block", "unblock"]


def test_advertising_to_who_wants_none_is_refused_and_other_templates_are_not(
    ana, shop, session, of, registration
):
    registration.change("store-1", StoreChange(waba_id="77"))
    claimed = message_templates.claim(shop.database, 60.0, None)
    rows = [
        ListedTemplate(name, "es", "APPROVED", category, [{"type": "BODY", "text": "Hola"}])
        for name, category in (("oferta", "MARKETING"), ("pedido", "UTILITY"))
    ]
    assert message_templates.keep(shop.database, claimed, rows, "", 60.0, 3600.0)
    with shop.database.store("store-1") as connection:
        contacts.heed(connection, "store-1", Preference(PHONE, None, stops=True, said_at=1))

    def send(name):
        template = {"name": name, "language": "es"}
        return ana.post(of("messages"), {"client_id": str(uuid4()), "template": template})

    refused = send("oferta")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "opted_out")
    assert send("pedido").status_code == 202
    assert ana.get(of("contact")).json()["opted_out"] is True


def test_another_stores_customer_is_nobody(carla, of):
    for method, what, form in (
        ("GET", "contact", None),
        ("POST", "notes", {"message_id": str(uuid4()), "text": "x"}),
        ("POST", "block", {"blocked": True}),
    ):
        path = of(what)
        assert carla.ask(method, path, form).status_code == 404
        elsewhere = path.replace("store-1", "store-2")
        assert carla.ask(method, elsewhere, form).status_code == 404


def test_how_it_changed_hands_stands_beside_the_messages_page_by_page(ana, shop, session, of):
    ana.post(of("messages"), {"client_id": "c", "text": "hola"})  # which takes it over
    shop.answers("store-1", session, "una", role="agent")
    ana.post(of("assign"), {"agent_id": "queue"})
    shop.answers("store-1", session, "dos", role="agent")
    ana.post(of("resolve"))
    wait_until(lambda: len(ana.get(of("messages")).json()["changes"]) == 3)

    def read(**query):
        page = ana.get(of("messages"), **query).json()
        said = [(each["status"], each["agent"], each["by"]) for each in page["changes"]]
        return said, page["next_before"]

    whole, _ = read()
    assert whole == [("human", "Ana", "Ana"), ("handover", "", "Ana"), ("resolved", "", "Ana")]
    found, before = read(limit="1")
    while before:
        older, before = read(limit="1", before=before)
        found = older + found
    assert found == whole
