"""A template from Meta's list to the customer's phone, when nothing else may go any more."""

from contextlib import ExitStack

import pytest
from sqlalchemy import text

from common.store_registration import StoreChange
from simulator.sample_files import picture
from tests.waiting import eventually

from .consoles import open_desk

ACCOUNT = "10100000000000001"  # the simulator's name for the account of store-1's number
REMINDER = {"name": "recordatorio_pedido", "language": "es"}
VALUES = {"header.1": "1024", "1": "Ana\n", "2": "viernes", "button.0": "1024?x=ñ"}
SHOWN = """Pedido 1024

Hola Ana, tu pedido llega el viernes. ¿Estarás en casa?

Responde a este mensaje si algo cambió.

[Seguir el pedido] https://tienda.example/pedidos/1024?x=%C3%B1
[Hablar con alguien]"""


@pytest.fixture
def desk(system, registration):
    change = StoreChange(waba_id=ACCOUNT, secrets={"access_token": "a-token"})
    registration.change("store-1", change)
    with ExitStack() as running:
        yield open_desk(system.settings, system, running)


def templates_of(desk):
    return desk.browser.get("/api/stores/store-1/templates").json()["templates"]


def refusal(desk, **form):
    answer = desk.browser.post(desk.path("messages"), form)
    return answer.status_code, answer.json()["error"]["code"]


def sent(system):
    rows = system.sent()
    return [
        (row["request"]["template"], row["error_code"])
        for row in rows
        if row["request"]["type"] == "template"
    ]


def test_after_the_window_a_template_goes_and_is_shown_in_its_words(system, desk):
    desk.is_written_to()
    eventually(lambda: templates_of(desk), what="the templates of the account")
    eventually(lambda: len(system.texts()) == 1, what="the bot's answer")
    with system.database.store("store-1") as connection:
        connection.execute(text("UPDATE conversations SET window_expires_at = now()"))

    assert refusal(desk, client_id="c-1", text="¿Sigues ahí?") == (409, "window_closed")
    paused = {"name": "oferta_vieja", "language": "es", "variables": {"1": "mayo"}}
    assert refusal(desk, client_id="c-2", template=paused) == (409, "template_not_approved")
    place = {"name": "visitanos", "language": "es"}
    assert refusal(desk, client_id="c-3", template=place) == (409, "template_not_usable")
    assert refusal(desk, client_id="c-4", template=REMINDER) == (400, "missing_variables")

    message = desk.settled(desk.send("c-5", template=REMINDER | {"variables": VALUES}))
    assert (message["kind"], message["content"], message["role"]) == ("template", SHOWN, "agent")
    (owner,) = system.rows("SELECT owner, agent_name FROM conversations")
    assert owner == {"owner": "agent", "agent_name": "Ana"}

    # An agent's own picture in the header: uploaded first, and shown in the thread.
    attached = desk.attach(picture(), "nuevo.jpg")
    values = {"header.image": f"attachment:{attached['id']}", "1": "café", "button.0": "CAFE10"}
    new = {"name": "producto_nuevo", "language": "es", "variables": values}
    message = desk.settled(desk.send("c-6", template=new))
    assert message["content"].startswith("[image]\n\nLlegó café.")
    assert (message["media"]["kind"], message["media"]["state"]) == ("image", "ready")

    # Meta may know better than the list: what it refuses is the agent's to see.
    with system.database.store("store-1") as connection:
        connection.execute(text("UPDATE templates SET status = 'APPROVED'"))
    refused = desk.settled(desk.send("c-7", template=paused))
    assert refused["status"] == "failed"

    (first, no_error), (second, _), (_, error) = sent(system)
    assert (no_error, error) == (None, 132015)
    assert [each["type"] for each in first["components"]] == ["header", "body", "button"]
    assert first["components"][1]["parameters"] == [
        {"type": "text", "text": "Ana"},
        {"type": "text", "text": "viernes"},
    ]
    (header,) = second["components"][0]["parameters"]
    assert header["type"] == "image"
    assert header["image"].keys() == {"id"}
