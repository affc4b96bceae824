"""What a store can send, as its customer sees it and presses it."""

import requests

from simulator.sample_files import document
from tests.waiting import eventually

LIST = {
    "type": "list",
    "body": {"text": "Elige una molienda"},
    "action": {
        "button": "Ver moliendas",
        "sections": [{"title": "Filtro", "rows": [{"id": "m", "title": "Media"}]}],
    },
}


def send(stack, customer, **message):
    number = stack.demo["stores"][0]["phone_number_id"]
    answer = requests.post(
        f"{stack.demo['simulator']}/v21.0/{number}/messages",
        json={"messaging_product": "whatsapp", "to": f"+{customer}"} | message,
        headers={"Authorization": "Bearer any"},
        timeout=10,
    )
    assert answer.status_code == 200, answer.text


def upload(stack, content, mime_type):
    number = stack.demo["stores"][0]["phone_number_id"]
    answer = requests.post(
        f"{stack.demo['simulator']}/v21.0/{number}/media",
        data={"messaging_product": "whatsapp", "type": mime_type},
        files={"file": ("lista.pdf", content, mime_type)},
        headers={"Authorization": "Bearer any"},
        timeout=10,
    )
    return answer.json()["id"]


def test_a_list_is_opened_and_answered_and_a_file_and_a_quote_are_shown(
    stack, open_phone, customer
):
    phone = open_phone(customer, viewport={"width": 360, "height": 740})
    asked = stack.write(customer, "¿Qué moliendas hay?")
    stack.wait_until_handled(customer)
    media_id = upload(stack, document(), "application/pdf")
    send(stack, customer, type="document", document={"id": media_id, "filename": "lista.pdf"})
    send(stack, customer, type="text", text={"body": "Estas"}, context={"message_id": asked})
    send(stack, customer, type="interactive", interactive=LIST)

    phone.reply("lista.pdf").wait_for()
    assert "¿Qué moliendas hay?" in phone.reply("Estas").get_by_test_id("quote").inner_text()
    phone.reply("Elige").get_by_test_id("open-list").click()
    phone.reply("Elige").get_by_role("button", name="Media").click()

    phone.own("Media").wait_for()
    eventually(lambda: len(stack.mail(customer)) == 2, what="the choice in the inbox")
    assert phone.watched.measures().overflow == 0
