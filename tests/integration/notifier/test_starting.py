"""A conversation that an agent begins with a template."""

BEGIN = "/api/stores/store-1/conversations"
TEMPLATE = {
    "name": "recordatorio_pedido",
    "language": "es",
    "variables": {"header.1": "7", "1": "Ana", "2": "lunes", "button.0": "7"},
}


def begun(**change):
    form = {"message_id": "m1", "phone": "+57 (300) 555-0101", "name": "Luz", "template": TEMPLATE}
    return form | change


def test_who_is_not_known_gets_a_conversation_that_is_the_agents(listed, ana, shop):
    answer = ana.post(BEGIN, begun())

    assert answer.status_code == 201
    session = answer.json()["session_id"]
    conversation = shop.conversation("store-1", session)
    assert (conversation.owner, conversation.agent_name) == ("agent", "Ana")
    assert (conversation.phone, conversation.name) == ("573005550101", "Luz")
    assert not conversation.is_window_open
    assert ana.post(BEGIN, begun()).json() == answer.json()
    assert ana.post(BEGIN, begun(message_id="m2", name="Otra")).json()["session_id"] == session
    assert shop.conversation("store-1", session).name == "Luz"
    assert [each["id"] for each in ana.get("/api/stores/store-1/sessions").json()["sessions"]] == [
        session
    ]
    words = ana.post(
        f"/api/stores/store-1/sessions/{session}/messages", {"text": "a", "client_id": "c"}
    )
    assert words.json()["error"]["code"] == "window_closed"


def test_what_cannot_go_begins_nothing(listed, ana, logged_in, shop):
    for change, code in (
        ({"phone": "12345"}, "phone_invalid"),
        ({"phone": "llámame"}, "phone_invalid"),
        ({"template": TEMPLATE | {"name": "none"}}, "template_not_found"),
        ({"template": TEMPLATE | {"variables": {}}}, "missing_variables"),
    ):
        assert ana.post(BEGIN, begun(**change)).json()["error"]["code"] == code
    assert ana.get("/api/stores/store-1/sessions").json()["sessions"] == []

    session = shop.says("store-1", "573005550102", "hola")
    beto = logged_in("beto")
    beto.post(f"/api/stores/store-1/sessions/{session}/takeover")
    answer = ana.post(BEGIN, begun(phone="573005550102"))
    assert answer.json()["error"]["code"] == "owned_by_colleague"
