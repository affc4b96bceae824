"""What the fake Graph API takes, and the code it refuses the rest with."""

import pytest

from simulator.graph_errors import error_body, graph_error
from simulator.graph_requests import OutboundMessage, ReadReceipt, parse_graph_request
from simulator.refusals import RefusedError


def message(**changes):
    whole = {
        "messaging_product": "whatsapp",
        "to": "+573001112233",
        "type": "text",
        "text": {"body": "Hola"},
        **changes,
    }
    return {name: value for name, value in whole.items() if value is not ...}


def buttons(count, title="Sí"):
    reply = {"type": "reply", "reply": {"id": "1", "title": title}}
    return {"type": "button", "body": {"text": "¿?"}, "action": {"buttons": [reply] * count}}


def menu(**row):
    rows = [{"id": "1", "title": "Uno", **row}]
    action = {"button": "Ver", "sections": [{"title": "Todo", "rows": rows}]}
    return {"type": "list", "body": {"text": "Elige"}, "action": action}


def test_a_text_is_read_with_its_address_and_callback():
    read = parse_graph_request(message(biz_opaque_callback_data="v1:1:1"))

    assert read == OutboundMessage("+573001112233", "573001112233", None, "text", "v1:1:1")


def test_the_phone_wins_over_the_business_scoped_id():
    both = parse_graph_request(message(recipient="CO.abc"))
    alone = parse_graph_request(message(recipient="CO.abc", to=...))

    assert (both.phone, both.user_id) == ("573001112233", None)
    assert (alone.phone, alone.user_id) == (None, "CO.abc")


def test_a_read_receipt_is_no_message():
    receipt = {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.1"}

    assert parse_graph_request(receipt) == ReadReceipt("wamid.1")


@pytest.mark.parametrize(
    "content",
    [
        {"text": {"body": "x" * 4096}},
        {"type": "image", "image": {"link": "https://example.test/a.jpg", "caption": "Café"}},
        {"type": "document", "document": {"id": "123"}},
        {"type": "location", "location": {"latitude": 0, "longitude": 0}},
        {"type": "reaction", "reaction": {"message_id": "wamid.1", "emoji": ""}},
        {"type": "template", "template": {"name": "hola", "language": {"code": "es_CO"}}},
        {"type": "contacts", "contacts": [{"name": {"formatted_name": "Ana"}}]},
        {"type": "interactive", "interactive": buttons(3)},
        {"type": "interactive", "interactive": menu(description="x" * 72)},
    ],
)
def test_every_type_of_message_is_taken(content):
    parse_graph_request(message(**content))


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ([], 100),
        ("not json", 100),
        (message(messaging_product=...), 100),
        (message(messaging_product="sms"), 100),
        (message(to=...), 131008),
        (message(to="ana"), 131009),
        (message(to=573001112233), 131009),
        (message(to=..., recipient="abc"), 131009),
        (message(type=...), 131008),
        (message(type="telepathy"), 100),
        (message(text=...), 131008),
        (message(text="Hola"), 131009),
        (message(text={"body": ""}), 131008),
        (message(text={"body": 5}), 131009),
        (message(text={"body": "x" * 4097}), 100),
        (message(type="image", image={}), 131008),
        (message(type="image", image={"link": "/a.jpg"}), 131009),
        (message(type="image", image={"id": "1", "caption": "x" * 1025}), 100),
        (message(type="location", location={"latitude": 1}), 131008),
        (message(type="reaction", reaction={"message_id": "wamid.1"}), 131008),
        (message(type="contacts", contacts=["Ana"]), 131009),
        (message(type="interactive", interactive=buttons(4)), 131009),
        (message(type="interactive", interactive=buttons(1, "x" * 21)), 100),
        (message(type="interactive", interactive=menu(title="x" * 25)), 100),
        (message(type="template", template={"name": "hola"}), 131008),
        (message(biz_opaque_callback_data="x" * 513), 100),
        (message(biz_opaque_callback_data=1), 131009),
        ({"messaging_product": "whatsapp", "status": "read"}, 131008),
        ({"messaging_product": "whatsapp", "status": "seen", "message_id": "1"}, 100),
    ],
)
def test_what_meta_refuses_is_refused_with_its_code(body, code):
    with pytest.raises(RefusedError) as refused:
        parse_graph_request(body)

    assert (refused.value.error.code, refused.value.error.http_status) == (code, 400)


@pytest.mark.parametrize(
    ("code", "http_status"),
    [(190, 401), (3, 500), (205, 403), (131056, 400), (131045, 500), (133004, 503), (999, 400)],
)
def test_each_code_has_metas_http_status(code, http_status):
    assert graph_error(code).http_status == http_status


def test_an_error_has_the_shape_of_the_graph_api():
    body = error_body(graph_error(100, "Why", subcode=33), "trace")

    assert body == {
        "error": {
            "message": "(#100) Invalid parameter",
            "type": "OAuthException",
            "code": 100,
            "error_subcode": 33,
            "error_data": {"messaging_product": "whatsapp", "details": "Why"},
            "fbtrace_id": "trace",
        }
    }
