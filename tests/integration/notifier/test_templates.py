"""Templates at the console: who may see them, what is shown of them, and how they are tried out."""

from common import message_templates
from common.store_registration import StoreChange
from simulator.templates_demo import DEMO_TEMPLATES

TEMPLATES = "/api/stores/store-1/templates"
REMINDER = {"name": "recordatorio_pedido", "language": "es"}


def test_templates_are_listed_with_what_they_need(listed, ana):
    answer = ana.get(TEMPLATES).json()

    assert answer["problem"] == ""
    assert answer["listed_at"].startswith("20")
    shown = {(each["name"], each["language"]): each for each in answer["templates"]}
    assert len(shown) == len(DEMO_TEMPLATES)
    reminder = shown["recordatorio_pedido", "es"]
    assert reminder["status"] == "APPROVED"
    assert reminder["text"] == "Hola {{1}}, tu pedido llega el {{2}}. ¿Estarás en casa?"
    assert (reminder["header"], reminder["header_format"]) == ("Pedido {{1}}", "text")
    assert [each["name"] for each in reminder["variables"]] == ["header.1", "1", "2", "button.0"]
    assert [each["text"] for each in reminder["buttons"]] == [
        "Seguir el pedido",
        "Hablar con alguien",
    ]
    assert shown["visitanos", "es"]["usable"] is False
    assert shown["visitanos", "es"]["unusable"] == "header_not_supported"


def test_templates_are_found_by_status_and_words(listed, ana):
    def names(**query):
        return {each["name"] for each in ana.get(TEMPLATES, **query).json()["templates"]}

    assert names(status="paused") == {"oferta_vieja"}
    assert names(q="tu cita", status="APPROVED") == {"cita_confirmada"}
    assert names(q="seguir el pedido") == {"recordatorio_pedido"}
    assert names(q="%") == set()
    assert ana.get(TEMPLATES, q="\x00").status_code == 400


def test_a_preview_shows_the_words_and_what_is_missing(listed, ana):
    form = REMINDER | {"variables": {"1": "Ana\n", "2": "viernes"}}
    answer = ana.post(f"{TEMPLATES}/preview", form)

    assert answer.status_code == 200
    assert answer.json()["missing"] == ["header.1", "button.0"]
    assert answer.json()["text"].startswith("Pedido {{1}}\n\nHola Ana, tu pedido llega el viernes.")
    wrong = ana.post(f"{TEMPLATES}/preview", REMINDER | {"variables": {"nombre": "Ana"}})
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (400, "unknown_variables")
    theirs = ana.post("/api/stores/store-2/templates/preview", form)
    assert (theirs.status_code, theirs.json()["error"]["code"]) == (404, "store_not_found")
    absent = ana.post(f"{TEMPLATES}/preview", {"name": "nada", "language": "es"})
    assert (absent.status_code, absent.json()["error"]["code"]) == (404, "template_not_found")


def test_a_list_is_read_anew_when_an_agent_asks(ana, registration, database, two_stores):
    refused = ana.post(f"{TEMPLATES}/refresh")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "no_account")

    registration.change("store-1", StoreChange(waba_id="77"))
    claimed = message_templates.claim(database, 60.0, None)
    message_templates.keep(database, claimed, [], "", 0.0, 3600.0)
    assert message_templates.claim(database, 60.0, None) is None
    assert ana.post(f"{TEMPLATES}/refresh").status_code == 202
    assert message_templates.claim(database, 60.0, None).store_id == "store-1"
