"""What an agent writes with: canned replies, products, drafts, and a conversation they begin."""

import pytest

A_WHILE_MS = 20_000  # a busy machine's
QUESTION = "Hola, ¿qué café me recomiendan?"


@pytest.fixture
def session(stack, customer):
    stack.write(customer, QUESTION, name="Lucía Gómez")
    stack.wait_until_handled(customer)
    session = stack.session_of(customer)
    agent = stack.agent("agente.ladera")
    agent.post(f"/api/stores/store-1/sessions/{session}/takeover").raise_for_status()
    return session


def test_a_canned_reply_is_kept_found_by_a_slash_filled_in_and_sent(
    stack, open_console, session, customer
):
    console = open_console("canned").log_in(stack.demo, "duena.ladera")
    page, press = console.page, console.page.keyboard.press
    press("Control+k")
    console.find("palette-search").fill("respuestas rapidas")
    console.find("choice").filter(has_text="Cambiar las respuestas").click()
    console.find("canned-add").click()
    console.find("canned-shortcut").fill("saludo")
    console.find("canned-text").fill("Hola {{nombre}}, soy {{agente}} de {{tienda}}.")
    console.watched.screenshot("compose-canned-form")
    console.find("canned-keep").click()
    page.get_by_text("/saludo", exact=True).wait_for()
    console.watched.screenshot("compose-canned-list")
    press("Escape")

    console.open(session)
    console.find("take-over").click()
    page.locator("[data-testid=composer]:focus").wait_for()
    page.keyboard.type("/sal")
    console.find("canned").get_by_text("/saludo").wait_for()
    console.watched.screenshot("compose-canned-picker")
    press("Enter")
    name = page.locator("#agent-name").inner_text()
    said = f"Hola Lucía Gómez, soy {name} de Café La Ladera."
    assert console.find("composer").input_value() == said
    press("Enter")
    console.message(said, "read").wait_for(timeout=A_WHILE_MS)
    assert stack.sent(customer)[-1]["request"]["text"]["body"] == said


def test_a_product_is_found_and_goes_with_its_picture_and_price(
    stack, open_console, session, customer
):
    console = open_console("product").log_in(stack.demo, "agente.ladera")
    console.open(session)
    console.find("use-product").click()
    console.find("product-search").fill("cafe")
    first = console.find("choice").filter(has=console.page.locator("img")).first
    first.wait_for()
    console.watched.screenshot("compose-products")
    name = first.locator(".choice-words").inner_text()
    first.click()
    sent = console.message(f"{name} — $ ", "read").last
    sent.wait_for(timeout=A_WHILE_MS)
    console.watched.screenshot("compose-product-sent")
    image = stack.sent(customer)[-1]["request"]["image"]
    assert image["caption"].startswith(f"{name} — $ ")
