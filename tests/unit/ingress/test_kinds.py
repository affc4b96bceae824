"""What an agent sees, and what a bot can read, of each kind of message."""

import json

import pytest

from common.contents import MOST_BYTES
from common.inbound import InboundMessage

from .read import PAYLOADS, only_message, said

FILE = {"sha256": "aW52ZW50ZWQ="}
TOLD = {"code": "131051", "title": "Message type unknown"}
EXPECTED = {
    # Its kind, what a bot can read, what an agent sees beside it.
    "text": ("text", "¿Tienen suculentas? 🌵", {}),
    "text_forwarded": ("text", "Promoción reenviada", {"forwarded": "once"}),
    "text_forwarded_often": ("text", "Cadena reenviada", {"forwarded": "often"}),
    "text_from_an_ad": (
        "text",
        "Vi su anuncio",
        {
            "referral": {
                "source_url": "https://ads.example/1",
                "headline": "Cactus en oferta",
                "body": "Solo esta semana",
                "source_type": "ad",
                "source_id": "500000000000001",
                "ctwa_clid": "clic-inventado",
            }
        },
    ),
    "text_of_a_product": (
        "text",
        "¿Este viene con maceta?",
        {"referred_product": {"catalog_id": "400000000000001", "product_id": "cactus-1"}},
    ),
    "text_in_a_group": ("text", "Hola a todos", {"group_id": "grupo-inventado-1"}),
    "image": ("image", "Busco una como esta", {}),
    "image_not_fetched": (
        "image",
        "",
        {
            "errors": [
                {"code": "131052", "title": "Media download error", "details": "Not retrying"}
            ]
        },
    ),
    "video": ("video", "Así llegó", {}),
    "audio": ("audio", "", {"voice": True}),
    "document": ("document", "La factura", {}),
    "sticker": ("sticker", "", {"animated": True}),
    "location": (
        "location",
        "",
        {"latitude": 4.6, "longitude": -74.1, "name": "Plaza inventada"},
    ),
    "location_nowhere": (
        "location",
        "",
        {"name": "Plaza inventada", "address": "Calle 1 # 2-3", "url": "https://plaza.example"},
    ),
    "contacts": (
        "contacts",
        "",
        {"contacts": [{"name": "Persona Inventada", "phones": ["+57 300 555 0199"]}]},
    ),
    "contacts_requested": (
        "contacts",
        "",
        {
            "contacts": [
                {
                    "name": "Lucía Prueba",
                    "phones": ["573005550101"],
                    "emails": ["lucia@example.com"],
                    "organization": "Jardines Prueba",
                }
            ],
            "origin": "contact_request",
        },
    ),
    "button": ("button", "Sí, confirmo", {"payload": "yes"}),
    "button_reply": (
        "interactive",
        "Domicilio",
        {"choice": {"type": "button_reply", "id": "opcion-1", "title": "Domicilio"}},
    ),
    "list_reply": (
        "interactive",
        "Cactus",
        {
            "choice": {
                "type": "list_reply",
                "id": "row-1",
                "title": "Cactus",
                "description": "Los pequeños",
            }
        },
    ),
    "flow_reply": (
        "interactive",
        "nombre: Lucía\nmaceta: true\ncantidad: 2\nextras: tierra, abono",
        {
            "choice": {
                "type": "nfm_reply",
                "title": "Sent",
                "answers": {
                    "flow_token": "ficha-1",
                    "nombre": "Lucía",
                    "maceta": True,
                    "cantidad": 2,
                    "extras": ["tierra", "abono"],
                },
            }
        },
    ),
    "flow_reply_unreadable": (
        "interactive",
        "Calle 1 # 2-3",
        {"choice": {"type": "nfm_reply", "title": "Calle 1 # 2-3"}},
    ),
    "call_permission_reply": (
        "interactive",
        "",
        {
            "choice": {
                "type": "call_permission_reply",
                "answers": {
                    "response": "accept",
                    "is_permanent": False,
                    "expiration_timestamp": "1767830400",
                    "response_source": "user_action",
                },
            }
        },
    ),
    "interactive_new": (
        "interactive",
        "Cactus pequeño",
        {"choice": {"type": "product_reply", "id": "cactus-1", "title": "Cactus pequeño"}},
    ),
    "reaction": ("reaction", "", {"emoji": "👍🏽"}),
    "reaction_removed": ("reaction", "", {"emoji": ""}),
    # A quantity of -2 and a price of "regalado" are none.
    "order": (
        "order",
        "Para el viernes\ncactus-1",
        {
            "catalog_id": "400000000000001",
            "note": "Para el viernes",
            "items": [{"product_id": "cactus-1", "currency": "COP"}],
        },
    ),
    "order_of_two": (
        "order",
        "2 x cactus-1\n1 x maceta-3",
        {
            "catalog_id": "400000000000001",
            "items": [
                {"product_id": "cactus-1", "quantity": 2, "price": 15000.0, "currency": "COP"},
                {"product_id": "maceta-3", "quantity": 1, "price": 8500.5, "currency": "COP"},
            ],
        },
    ),
    "number_changed": (
        "system",
        "",
        {"event": "user_changed_number", "wa_id": "573005550102", "body": "Cambió de número"},
    ),
    "user_id_changed": (
        "system",
        "",
        {
            "event": "user_changed_user_id",
            "user_id": "CO.prueba102",
            "previous_user_id": "CO.prueba101",
            "body": "User lucia.prueba changed from CO.prueba101 to CO.prueba102",
        },
    ),
    "unsupported": ("unsupported", "", {"type": "poll", "errors": [TOLD]}),
    "unsupported_edit": (
        "unsupported",
        "",
        {
            "type": "edit",
            "errors": [TOLD | {"details": "Message type is currently not supported."}],
        },
    ),
    "ephemeral": ("unsupported", "", {"type": "ephemeral"}),
    "kind_of_the_future": ("unsupported", "", {"type": "hologram"}),
    "edit": ("edit", "Quise decir dos cactus", {"text": "Quise decir dos cactus"}),
    "edit_of_a_caption": ("edit", "Esta, no la otra", {"text": "Esta, no la otra"}),
    "revoke": ("revoke", "", {}),
    "request_welcome": ("request_welcome", "", {}),
    "call_connect": ("call", "", {"event": "connect", "direction": "user_initiated"}),
    "call_terminate": (
        "call",
        "",
        {
            "event": "terminate",
            "direction": "user_initiated",
            "status": "completed",
            "seconds": 60,
        },
    ),
    "echo_text": ("text", "Ya le atiendo yo", {}),
    "echo_edit": ("edit", "Ya la atiendo yo", {"text": "Ya la atiendo yo"}),
    "echo_revoke": ("revoke", "", {}),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_each_kind_says_what_a_bot_can_read_and_an_agent_sees(name):
    message = only_message(name)

    assert (message.kind, message.text, message.details) == EXPECTED[name]
    assert message.raw["id"] in message.wamid
    assert InboundMessage.from_bytes(message.to_bytes()) == message


@pytest.mark.parametrize("name", ["reaction", "reaction_removed", "edit", "revoke"])
def test_what_changes_a_message_names_it(name):
    assert only_message(name).target == "wamid.earlier"


@pytest.mark.parametrize(
    ("name", "media"),
    [
        ("video", FILE | {"id": "300000000000004", "mime_type": "video/mp4"}),
        (
            "document",
            FILE
            | {
                "id": "300000000000005",
                "mime_type": "application/pdf",
                "filename": "factura.pdf",
            },
        ),
        ("text", None),
    ],
)
def test_a_file_is_named_for_who_downloads_it(name, media):
    assert only_message(name).media == media


def test_a_file_that_is_no_file_is_none_and_a_mangled_id_is_not_asked_for():
    assert said("image", {"id": None}).media is None
    assert said("image", {"id": "x" * 10_000, "mime_type": "image/png"}).media == {
        "mime_type": "image/png"
    }


def test_an_edit_within_an_edit_is_not_followed():
    inner = {"type": "edit", "edit": {"message": {"type": "text", "text": {"body": "no"}}}}

    assert said("edit", {"original_message_id": "a", "message": inner}).text == ""


@pytest.mark.parametrize(
    ("inner", "details"),
    [
        ({"type": "image", "image": {"id": "5"}}, {"text": ""}),
        ({"type": "image", "image": {"id": "5", "caption": ""}}, {"text": ""}),
        ({"type": "image", "image": {"id": "5", "caption": ["?"]}}, {}),
        ({"type": "image"}, {}),
        ({"type": "text", "text": {"words": "?"}}, {}),
        ({"type": "hologram", "hologram": {}}, {}),
        ({"type": ["image"]}, {}),
        ("?", {}),
    ],
)
def test_an_edit_says_no_words_unless_a_caption_was_taken_away(inner, details):
    edit = said("edit", {"original_message_id": "a", "message": inner})

    assert (edit.text, edit.details) == ("", details)


@pytest.mark.parametrize(
    "answers",
    ["", "[]", "null", '{"a": 1', "[" * 5_000, '{"n": NaN}', "9" * 5_000, 7, None, {"a": 1}],
)
def test_a_form_nobody_can_read_is_a_choice_all_the_same(answers):
    message = said("interactive", {"type": "nfm_reply", "nfm_reply": {"response_json": answers}})

    assert message.kind == "interactive"
    json.dumps(message.details, allow_nan=False)


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("contacts", [{"name": {"formatted_name": "🌵" * 900}, "phones": [{}] * 9}] * 130),
        ("order", {"product_items": [{"product_retailer_id": "🌵" * 900}] * 230}),
        (
            "interactive",
            {
                "type": "nfm_reply",
                "nfm_reply": {"response_json": json.dumps({f"{n}": "ñ" * 900 for n in range(150)})},
            },
        ),
        ("system", {"body": "\ud800" * 100_000, "type": "\x00"}),
        ("location", {"name": "🌵" * 100_000, "address": "🌵" * 100_000}),
        ("hologram", None),
    ],
)
def test_what_an_agent_sees_is_bounded_and_can_be_stored(kind, content):
    referral = dict.fromkeys(("source_url", "headline", "body", "source_id"), "🌵" * 9_000)
    errors = [{"code": 1, "title": "🌵" * 9_000, "details": "🌵" * 9_000}] * 90
    message = said(kind, content, referral=referral, errors=errors, group_id="\x00")

    written = json.dumps(message.details)
    assert len(written) <= MOST_BYTES
    assert "\\u0000" not in written
    json.dumps(message.details, ensure_ascii=False).encode()


def test_a_long_list_says_how_much_of_it_is_left_out():
    cards = said("contacts", [{"name": {"formatted_name": "Ana"}}] * 130).details
    items = said("order", {"product_items": [{"product_retailer_id": "a"}] * 203}).details

    assert (len(cards["contacts"]), cards["left_out"]) == (100, 30)
    assert (len(items["items"]), items["left_out"]) == (200, 3)


def test_every_kind_of_payload_is_expected_here():
    names = {path.stem for path in PAYLOADS.glob("*.json")}
    of_people = {"text_username", "text_id_as_number", "text_linked_device", "own_number"}
    of_people |= {"number_changed_with_id", "call_from_us", "without_number", "batch"}
    of_accounts = {"account_alert", "errors_only", "token_expired"}
    statuses = {name for name in names if name.startswith("status_")}

    assert names == EXPECTED.keys() | of_people | of_accounts | statuses
