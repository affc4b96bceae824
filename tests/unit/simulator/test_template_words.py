"""A template as its customer reads it."""

from simulator.template_words import words_of
from simulator.templates_demo import DEMO_TEMPLATES

REMINDER, NAMED = DEMO_TEMPLATES[0], DEMO_TEMPLATES[4]


def texts(*values, **named):
    plain = [{"type": "text", "text": value} for value in values]
    return plain + [
        {"type": "text", "parameter_name": name, "text": value} for name, value in named.items()
    ]


def test_values_by_place_go_where_they_belong():
    content = {
        "components": [
            {"type": "header", "parameters": texts("77")},
            {"type": "body", "parameters": texts("Ana", "lunes")},
            {"type": "button", "sub_type": "url", "index": "0", "parameters": texts("77")},
        ]
    }

    shown = words_of(REMINDER, content)

    assert shown["header"] == "Pedido 77"
    assert shown["body"].startswith("Hola Ana, tu pedido llega el lunes.")
    follow, answer = shown["buttons"]
    assert follow["url"] == "https://tienda.example/pedidos/77"
    assert (answer["type"], answer["payload"]) == ("QUICK_REPLY", "Hablar con alguien")


def test_values_by_name_go_where_they_belong_and_what_has_none_stays():
    named = texts(nombre="Ana", hora="10:00")

    shown = words_of(NAMED, {"components": [{"type": "body", "parameters": named}]})

    assert shown["body"] == "Ana, tu cita es el {{fecha}} a las 10:00."
