"""Templates at the fake Graph API: listed page by page, and checked when they are sent."""

import pytest
import requests

from .stand import CUSTOMER, NUMBER, STORE

TOKEN = {"Authorization": "Bearer a-token"}


def pages(simulator, **query):
    address = f"{simulator.url}/v21.0/10{NUMBER}/message_templates"
    while address:
        answer = requests.get(address, params=query, headers=TOKEN, timeout=10).json()
        yield answer["data"]
        address, query = answer.get("paging", {}).get("next"), {}


def test_templates_are_listed_page_by_page_for_a_token(simulator):
    listed = list(pages(simulator, limit="4"))

    assert [len(each) for each in listed] == [4, 4, 1]
    assert len({(each["name"], each["language"]) for page in listed for each in page}) == 9
    assert next(pages(simulator, fields="name", limit="1"))[0].keys() == {"name", "id"}
    address = f"{simulator.url}/v21.0/{{}}/message_templates"
    nobody = requests.get(address.format(f"10{NUMBER}"), timeout=10)
    unknown = requests.get(address.format("77"), headers=TOKEN, timeout=10)
    assert [each.json()["error"]["code"] for each in (nobody, unknown)] == [190, 100]


def values(*texts, kind="body", **more):
    listed = [{"type": "text", "text": each} for each in texts]
    return {"type": kind, "parameters": listed} | more


FILLED = (
    values("1024", kind="header"),
    values("Ana", "hoy"),
    values("x", kind="button", sub_type="url", index="0"),
)


@pytest.mark.parametrize(
    ("name", "components", "code"),
    [
        ("bienvenida", [], None),
        ("recordatorio_pedido", FILLED, None),
        ("recordatorio_pedido", FILLED[:2], 132000),
        ("recordatorio_pedido", [values("Ana"), *FILLED[::2]], 132000),
        ("bienvenida", [values("de más")], 132000),
        ("recordatorio_pedido", [values("A\nB", "hoy"), *FILLED[::2]], 132018),
        ("no_existe", [], 132001),
        ("gana_ya", [], 132001),
        ("oferta_vieja", [values("mayo")], 132015),
    ],
)
def test_a_template_is_sent_with_exactly_its_values(simulator, name, components, code):
    template = {"name": name, "language": {"code": "es"}, "components": list(components)}
    answer = simulator.send(
        {
            "messaging_product": "whatsapp",
            "to": f"+{CUSTOMER}",
            "type": "template",
            "template": template,
        }
    )

    assert answer.json().get("error", {}).get("code") == code


def test_a_test_sets_a_store_s_own(simulator):
    own = {"name": "aviso", "language": "es", "components": [{"type": "BODY", "text": "Hola"}]}

    assert simulator.control("PUT", f"/{STORE}/templates", [own]).status_code == 200
    ((listed,),) = pages(simulator)
    assert listed == own | {"status": "APPROVED", "category": "UTILITY", "id": "990000"}
    assert simulator.control("PUT", f"/{STORE}/templates", [{"name": "x"}]).status_code == 400
