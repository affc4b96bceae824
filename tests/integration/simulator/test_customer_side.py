"""What a customer writes reaches ingress as one signed delivery of Meta's shape."""

import hashlib
import hmac
import json

import requests

from .stand import CUSTOMER, NUMBER, SECRET, STORE


def test_a_text_arrives_signed_over_its_escaped_bytes(simulator, ingress):
    answer = simulator.control(
        "POST", f"/{STORE}/messages", {"from": f"+{CUSTOMER}", "text": "¿Qué tal? 5/2 😀"}
    )

    [(store_id, raw, signature)] = ingress.deliveries
    assert store_id == STORE
    assert b"\\u00bfQu\\u00e9 tal? 5\\/2 \\ud83d\\ude00" in raw
    expected = hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
    assert signature == f"sha256={expected}"
    value = json.loads(raw)["entry"][0]["changes"][0]["value"]
    assert value["metadata"] == {"display_phone_number": "5760112", "phone_number_id": NUMBER}
    assert value["messages"][0]["text"] == {"body": "¿Qué tal? 5/2 😀"}
    assert value["messages"][0]["from"] == CUSTOMER
    assert answer.json() == {
        "wamid": value["messages"][0]["id"],
        "wamids": [value["messages"][0]["id"]],
        "answers": [{"status": 200, "body": "EVENT_RECEIVED"}],
        "status": 200,
    }


def test_a_repeated_delivery_arrives_byte_for_byte_the_same(simulator, ingress):
    answer = simulator.control(
        "POST", f"/{STORE}/messages", {"from": CUSTOMER, "text": "Hola", "repeat": 20}
    )

    assert len(answer.json()["answers"]) == 20
    assert len(ingress.deliveries) == 20
    assert len(set(ingress.deliveries)) == 1


def test_a_batch_is_one_delivery_in_order(simulator, ingress):
    items = [{"from": CUSTOMER, "text": f"{at}"} for at in range(3)]

    simulator.control("POST", f"/{STORE}/messages", {"messages": items, "entries": True})

    [(_, raw, _)] = ingress.deliveries
    values = [entry["changes"][0]["value"] for entry in json.loads(raw)["entry"]]
    assert [value["messages"][0]["text"]["body"] for value in values] == ["0", "1", "2"]


def test_what_ingress_answers_is_reported_and_not_repeated(simulator, ingress):
    ingress.answers = [503]

    answer = simulator.control("POST", f"/{STORE}/messages", {"from": CUSTOMER, "text": "Hola"})

    assert answer.status_code == 200
    assert answer.json()["status"] == 503
    assert len(ingress.deliveries) == 1


def test_an_unknown_store_and_a_wrong_body_are_said_to_be_wrong(simulator):
    message = {"from": CUSTOMER, "text": "Hola"}

    assert simulator.control("POST", "/store-9/messages", message).status_code == 404
    wrong = simulator.control("POST", f"/{STORE}/messages", {**message, "txet": "Hola"})
    assert wrong.status_code == 400
    assert wrong.json()["error"]["details"] == {"fields": ["txet"]}


def test_stores_of_the_demo_file_are_known_as_soon_as_it_is_written(simulator, settings, ingress):
    assert simulator.control("GET", "/store-2/sent").status_code == 404
    demo = {"stores": [{"id": "store-2", "phone_number_id": "222", "app_secret": "other"}]}
    (settings.data_dir / "demo.json").write_text(json.dumps(demo))

    simulator.control("POST", "/store-2/messages", {"from": CUSTOMER, "text": "Hola"})

    [(store_id, raw, signature)] = ingress.deliveries
    assert store_id == "store-2"
    assert signature == f"sha256={hmac.new(b'other', raw, hashlib.sha256).hexdigest()}"
    listed = simulator.control("GET", "/stores").json()["stores"]
    assert [store["id"] for store in listed] == ["store-2", STORE]
    assert "app_secret" not in listed[0]


def test_it_says_that_it_is_alive(simulator):
    assert requests.get(f"{simulator.url}/healthz", timeout=10).status_code == 200
