"""The tour a newcomer takes: a customer's phone and two agents, three pages at once."""

import time

import pytest

from .browsing import SCREENSHOTS, side_by_side

A_SECOND = 1.0
PICTURE_LIMIT = 250_000
CUSTOMER = "573001112233"
PRODUCT = "¿Tienen café del Huila?"
PERSON = "Quiero hablar con una persona"
ANSWER = "Hola, soy Camila. Tenemos diez bolsas: ¿se la envío molida?"
LAPTOP = {"width": 1080, "height": 800}
PHONE = {"width": 420, "height": 800}
OTHERS = {
    "573004445566": ("Julián Torres", "¿A qué hora abren mañana?"),
    "573007778899": ("Ana María Ríos", "Necesito ayuda con mi pedido"),
}


@pytest.fixture(autouse=True)
def _other_customers(stack):
    for phone, (name, words) in OTHERS.items():
        stack.write(phone, words, name=name)
        stack.wait_until_handled(phone)


@pytest.fixture
def phone(open_phone):
    return open_phone(CUSTOMER, viewport=PHONE)


@pytest.fixture
def agent(stack, open_console):
    return open_console("agent", viewport=LAPTOP).log_in(stack.demo, "agente.ladera")


@pytest.fixture
def second_agent(stack, open_console):
    return open_console("second-agent", viewport=LAPTOP).log_in(stack.demo, "duena.ladera")


@pytest.fixture
def snap(phone, agent, second_agent):
    """Keep what all three look like at one step of the tour."""

    def keep(step):
        for each in (phone, agent, second_agent):
            each.watched.screenshot(f"tour-{step}-{each.watched.name}")

    return keep


@pytest.mark.measures
def test_a_customer_and_two_agents_see_one_conversation(stack, phone, agent, second_agent, snap):
    ask_for_a_product(phone)
    session = stack.session_of(CUSTOMER)
    agent.conversation(session, "bot").wait_for()
    second_agent.open(session)
    second_agent.message(PRODUCT).first.wait_for()
    snap("1-a-product")

    took = ask_for_a_person(phone, agent, session)
    print(f"from the customer's Enter to the agent's list: {took:.3f} s")
    second_agent.wait_for_state("handover")
    second_agent.message(PERSON).first.wait_for()
    snap("2-a-person")
    assert took < A_SECOND

    agent.open(session)
    agent.find("take-over").click()
    for each in (agent, second_agent):
        each.wait_for_state("human")
    agent.write(ANSWER)
    phone.reply(ANSWER).wait_for()
    for each in (agent, second_agent):
        each.message(ANSWER, "read").wait_for()
    snap("3-an-answer")

    picture = side_by_side(phone.watched, agent.watched, SCREENSHOTS / "tour.png")
    assert picture.stat().st_size < PICTURE_LIMIT


def ask_for_a_product(phone):
    phone.write(PRODUCT).wait_for()
    phone.reply("Huila").first.wait_for()
    phone.wait_for_picture()


def ask_for_a_person(phone, agent, session):
    """Measure from the Enter, so that the road to the ingress counts as well."""
    started = time.monotonic()
    phone.write(PERSON)
    agent.conversation(session, "handover").wait_for()
    return time.monotonic() - started
