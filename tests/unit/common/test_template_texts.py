import pytest

from common.errors import InvalidRequestError
from common.template_texts import read_template, rendered
from common.template_values import attachment_in, checked, cleaned, components_for, missing
from simulator.templates_demo import DEMO_TEMPLATES
from worker.channels.contents import TemplateMessage

HEADER = {"type": "HEADER", "format": "TEXT", "text": "Pedido {{1}}"}
FOOTER = {"type": "FOOTER", "text": "Gracias"}
FOLLOW = {"type": "URL", "text": "Seguir", "url": "https://tienda.example/p/{{1}}"}
TALK = {"type": "QUICK_REPLY", "text": "Hablar"}


def body(text):
    return {"type": "BODY", "text": text}


def buttons(*listed):
    return {"type": "BUTTONS", "buttons": list(listed)}


def media(shape):
    return {"type": "HEADER", "format": shape}


def template(*components, category="UTILITY"):
    return read_template("aviso", "es", category, "APPROVED", components)


ORDER = template(HEADER, body("Hola {{1}}, llega el {{2}}."), FOOTER, buttons(TALK, FOLLOW))
FILLED = {"header.1": "1024", "1": "Ana", "2": "viernes", "button.1": "a b/ñ?x=1"}
SHOWN = """Pedido 1024

Hola Ana, llega el viernes.

Gracias

[Hablar]
[Seguir] https://tienda.example/p/a%20b/%C3%B1?x=1"""


def text(value, **more):
    return {"type": "text"} | more | {"text": value}


@pytest.mark.parametrize(
    ("read", "values", "shown", "components"),
    [
        (template(body("Hola.")), {}, "Hola.", []),
        (
            ORDER,
            FILLED,
            SHOWN,
            [
                {"type": "header", "parameters": [text("1024")]},
                {"type": "body", "parameters": [text("Ana"), text("viernes")]},
                {
                    "type": "button",
                    "index": "1",
                    "sub_type": "url",
                    "parameters": [text("a%20b/%C3%B1?x=1")],
                },
            ],
        ),
        (
            # In the order of their numbers, each once, wherever they stand.
            template(body("{{10}} {{2}} {{1}} {{2}}")),
            {"1": "a", "2": "b", "10": "c"},
            "c b a b",
            [{"type": "body", "parameters": [text("a"), text("b"), text("c")]}],
        ),
        (
            template(body("{{ nombre }}, {{fecha}}: {{nombre}}")),
            {"nombre": "Ana", "fecha": "hoy"},
            "Ana, hoy: Ana",
            [
                {
                    "type": "body",
                    "parameters": [
                        text("Ana", parameter_name="nombre"),
                        text("hoy", parameter_name="fecha"),
                    ],
                }
            ],
        ),
        (
            # What was filled in is not filled in again.
            template(body("{{1}} {{2}}")),
            {"1": "{{2}}", "2": "b"},
            "{{2}} b",
            [{"type": "body", "parameters": [text("{{2}}"), text("b")]}],
        ),
        (
            template(media("IMAGE"), body("Llegó."), buttons({"type": "COPY_CODE", "text": "Ya"})),
            {"header.image": "https://a.example/x.png", "button.0": "CAFE10"},
            "[image]\n\nLlegó.\n\n[Ya] CAFE10",
            [
                {
                    "type": "header",
                    "parameters": [{"type": "image", "image": {"link": "https://a.example/x.png"}}],
                },
                {
                    "type": "button",
                    "index": "0",
                    "sub_type": "copy_code",
                    "parameters": [{"type": "coupon_code", "coupon_code": "CAFE10"}],
                },
            ],
        ),
        (
            template(media("DOCUMENT"), body("Tu factura.")),
            {"header.document": "https://a.example/f%C3%A1/factura%201.pdf?x=1"},
            "[document]\n\nTu factura.",
            [
                {
                    "type": "header",
                    "parameters": [
                        {
                            "type": "document",
                            "document": {
                                "link": "https://a.example/f%C3%A1/factura%201.pdf?x=1",
                                "filename": "factura 1.pdf",
                            },
                        }
                    ],
                }
            ],
        ),
    ],
)
def test_what_a_customer_reads_and_what_graph_is_asked_come_of_the_same_values(
    read, values, shown, components
):
    kept = checked(read, values)

    assert rendered(read, kept) == shown
    assert components_for(read, kept) == components


def test_runs_of_blanks_become_one_since_whatsapp_refuses_them():
    given = FILLED | {"1": " Ana\n\tMaría     José\u00a0 ", "2": "un  👩\u200d🌾"}

    kept = checked(ORDER, given)

    assert (kept["1"], kept["2"]) == ("Ana María José", "un 👩\u200d🌾")


@pytest.mark.parametrize(
    ("values", "code", "named"),
    [
        ({}, "missing_variables", ["header.1", "1", "2", "button.1"]),
        (FILLED | {"2": " \n "}, "missing_variables", ["2"]),
        (FILLED | {"3": "x", "otra": "y"}, "unknown_variables", ["3", "otra"]),
        (FILLED | {"1": "a\x00b"}, "variable_not_usable", ["1"]),
        (FILLED | {"1": "a\ud800"}, "variable_not_usable", ["1"]),
        (FILLED | {"button.1": "a\ud800"}, "variable_not_usable", ["button.1"]),
        (FILLED | {"1": "x" * 1025}, "variable_too_long", ["1"]),
        (FILLED | {"header.1": "x" * 61}, "variable_too_long", ["header.1"]),
    ],
)
def test_values_that_cannot_go_are_refused_by_name(values, code, named):
    with pytest.raises(InvalidRequestError) as refused:
        checked(ORDER, values)

    assert refused.value.code == code
    assert refused.value.details["variables"] == named


@pytest.mark.parametrize("link", ["ftp://a/x", "a.png", "https://a b", "javascript:1", "http://ñ"])
def test_a_header_s_file_is_named_by_a_plain_address(link):
    with pytest.raises(InvalidRequestError) as refused:
        checked(template(media("VIDEO"), body("Mira.")), {"header.video": link})

    assert refused.value.code == "variable_not_usable"


def test_a_header_s_file_may_be_an_attachment_whose_id_only_the_upload_tells():
    read = template(media("DOCUMENT"), body("Tu factura."))
    values = checked(read, {"header.document": f"attachment:{'a' * 36}"})

    assert attachment_in(read, values) == "a" * 36
    (header,) = components_for(read, values)
    sent = TemplateMessage("aviso", "es", (header,), filename="factura.pdf")
    with pytest.raises(ValueError, match="not uploaded"):
        sent.as_graph()
    (known,) = sent.uploaded("77").as_graph()["template"]["components"]
    file = {"id": "77", "filename": "factura.pdf"}
    assert known["parameters"] == [{"type": "document", "document": file}]


def test_the_whole_is_no_longer_than_a_message():
    many = template(body(" ".join(f"{{{{{n}}}}}" for n in range(1, 6))))

    with pytest.raises(InvalidRequestError) as refused:
        cleaned(many, {str(n): "x" * 1000 for n in range(1, 6)})

    assert refused.value.code == "text_too_long"


def test_a_preview_leaves_what_is_missing_as_it_is():
    kept = cleaned(ORDER, {"1": "Ana"})

    assert rendered(ORDER, kept).startswith("Pedido {{1}}\n\nHola Ana, llega el {{2}}.")
    assert missing(ORDER, kept) == ["header.1", "2", "button.1"]


@pytest.mark.parametrize(
    ("read", "why"),
    [
        (ORDER, ""),
        (template(media("LOCATION"), body("x")), "header_not_supported"),
        (template(body("x"), {"type": "CAROUSEL", "cards": []}), "component_not_supported"),
        (template(body("x"), buttons({"type": "FLOW", "text": "Ir"})), "button_not_supported"),
        (template(body("{{1}}"), category="AUTHENTICATION"), "authentication"),
        (template(), "no_body"),
        # Shapes that nobody promised: read as far as they go, and never an error.
        (
            template(7, None, [], {"type": 5}, {"type": "BODY", "text": 3}),
            "component_not_supported",
        ),
        (template(body("x"), {"type": "BUTTONS", "buttons": [1, {}]}), "button_not_supported"),
        (template({"type": "HEADER"}, body("x")), ""),
    ],
)
def test_what_cannot_be_sent_right_says_why(read, why):
    assert read.unusable == why


def test_every_template_of_the_demo_is_read():
    read = [
        read_template(t["name"], t["language"], t["category"], t["status"], t["components"])
        for t in DEMO_TEMPLATES
    ]

    assert {each.name for each in read if each.unusable} == {"visitanos"}
    assert {each.name for each in read if not each.is_approved} == {"oferta_vieja", "gana_ya"}
