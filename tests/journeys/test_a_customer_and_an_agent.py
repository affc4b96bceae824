"""The tour: a product, a picture, a person; live on the console."""

import pytest
import requests

from tests.waiting import eventually

from .ledger import check_ledger
from .socket_client import SocketClient


@pytest.fixture
def agent(stack):
    return stack.agent("agente.ladera")


def test_a_product_question_gets_text_first_and_then_that_stores_picture(stack, phone):
    wamid = stack.write(phone, "¿Tienen café del Huila?")

    stack.wait_until_handled(phone)
    sent = [row["request"] for row in stack.sent(phone)]
    assert [request["type"] for request in sent] == ["text", "image"]
    assert sent[0]["to"] == f"+{phone}"
    assert "Huila" in sent[0]["text"]["body"]
    assert sent[1]["image"]["link"].endswith("/static/pictures/cafe-huila-500.jpg")
    check_ledger(stack, phone, [wamid])


def test_the_picture_a_customer_gets_can_be_fetched(stack, phone):
    stack.write(phone, "¿Tienen café del Huila?")
    stack.wait_until_handled(phone)
    picture = requests.get(stack.sent(phone)[1]["request"]["image"]["link"], timeout=5)

    assert picture.status_code == 200
    assert picture.headers["Content-Type"] == "image/jpeg"


def test_the_same_product_in_the_other_store_has_no_picture(stack, phone):
    stack.write(phone, "¿Tienen café del Huila?", store="store-2")

    stack.wait_until_handled(phone, "store-2")
    assert [row["request"]["type"] for row in stack.sent(phone, "store-2")] == ["text"]


@pytest.mark.measures
def test_asking_for_help_hands_over_once_and_the_agent_sees_what_follows_at_once(
    stack, phone, agent
):
    wamids = [stack.write(phone, "Hola, necesito ayuda")]
    stack.wait_until_handled(phone)
    session = stack.session_of(phone)
    client = SocketClient(agent, "store-1")
    client.join(session)

    wamids.append(stack.write(phone, "¿Hay alguien? Mi correo es ana@ejemplo.test"))

    eventually(client.contents, 2, "the customer's words on the socket")
    assert client.contents() == [("user", "¿Hay alguien? Mi correo es ana@ejemplo.test")]
    assert client.wait_for("chat_list_update", seconds=2)["data"]["preview"].endswith("[CORREO_1]")
    stack.wait_until_handled(phone)
    assert len(stack.sent(phone)) == 1  # the transfer text
    numbers = client.numbers()
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    client.close()
    check_ledger(stack, phone, wamids)


def test_an_agent_takes_over_answers_and_gives_back(stack, phone, agent):
    wamids = [stack.write(phone, "Hola, necesito ayuda")]
    stack.wait_until_handled(phone)
    session = stack.session_of(phone)
    path = f"/api/stores/store-1/sessions/{session}"

    taken = agent.post(f"{path}/takeover").json()
    assert taken["owner"] == agent.identity["id"]
    assert taken["in_flight"] == []
    answer = agent.post(f"{path}/messages", text="Hola, soy Ana", client_id="1")
    assert answer.status_code == 202, answer.text
    eventually(lambda: len(stack.sent(phone)) == 2, what="the agent's words")
    assert stack.sent(phone)[1]["request"]["text"]["body"] == "Hola, soy Ana"

    thread = agent.get(f"{path}/messages").json()["messages"]
    assert [each["role"] for each in thread] == ["user", "assistant", "agent"]
    assert agent.post(f"{path}/release").status_code == 200
    wamids.append(stack.write(phone, "hola"))
    stack.wait_until_handled(phone)
    assert len(stack.sent(phone)) == 3  # the bot is back
    check_ledger(stack, phone, wamids)


def test_a_client_that_comes_back_gets_what_it_missed_and_nothing_twice(stack, phone, agent):
    stack.write(phone, "necesito un asesor")
    stack.wait_until_handled(phone)
    session = stack.session_of(phone)
    first = SocketClient(agent, "store-1")
    first.join(session)
    stack.write(phone, "uno")
    eventually(lambda: ("user", "uno") in first.contents(), what="the first words")
    last_seq = max(first.numbers())
    first.close()

    stack.write(phone, "dos")
    stack.write(phone, "tres")
    stack.wait_until_handled(phone)
    second = SocketClient(agent, "store-1", last_seq=last_seq, rooms=[session])

    eventually(lambda: len(second.contents()) == 2, what="the missed words")
    assert second.contents() == [("user", "dos"), ("user", "tres")]
    assert second.numbers()[0] == last_seq + 1
    second.close()


def test_an_agent_of_one_store_finds_nothing_of_the_other(stack, phone):
    stack.write(phone, "necesito un asesor", store="store-2")
    stack.wait_until_handled(phone, "store-2")
    session = stack.session_of(phone, "store-2")
    agent = stack.agent("agente.ladera")

    absent = agent.get("/api/stores/store-9/sessions")
    foreign = agent.get("/api/stores/store-2/sessions")
    thread = agent.get(f"/api/stores/store-1/sessions/{session}/messages")
    taken = agent.post(f"/api/stores/store-1/sessions/{session}/takeover")

    assert (foreign.status_code, foreign.json()) == (absent.status_code, absent.json())
    assert [absent.status_code, thread.status_code, taken.status_code] == [404] * 3
    client = SocketClient(agent, "store-1")
    client.join(stack.session_of(_known(stack)))
    before = len(client.frames)
    stack.write(phone, "sigo aquí", store="store-2")
    stack.wait_until_handled(phone, "store-2")
    stack.write(_known(stack), "hola")
    eventually(lambda: len(client.frames) > before, what="an event of the agent's own store")
    assert "sigo aquí" not in str(client.frames)
    client.close()


def _known(stack):
    """Find a customer of store-1, or make one."""
    phone = "573001990001"
    if not stack.mail(phone):
        stack.write(phone, "hola")
        stack.wait_until_handled(phone)
    return phone


def test_a_store_registered_while_everything_runs_answers_at_once(stack, phone):
    administrator = stack.agent("admin")
    number = f"55501{phone[-9:]}"
    new = {
        "id": f"store-{phone[-4:]}",
        "name": "Panadería La Espiga",
        "phone_number_id": number,
        "app_secret": "secret-of-the-new-store",
        "verify_token": "verify-of-the-new-store",
        "access_token": "token-of-the-new-store",
    }
    answer = administrator.post("/api/stores", **new)
    assert answer.status_code == 201, answer.text
    requests.put(
        f"{stack.demo['simulator']}/sim/stores/{new['id']}",
        json={"phone_number_id": number, "app_secret": new["app_secret"]},
        timeout=5,
    ).raise_for_status()

    wamid = stack.write(phone, "hola", store=new["id"])

    stack.wait_until_handled(phone, new["id"], seconds=8)
    assert len(stack.sent(phone, new["id"])) == 1
    check_ledger(stack, phone, [wamid], store=new["id"])
