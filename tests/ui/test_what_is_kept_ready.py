"""What an agent writes with: canned replies, products, drafts, and a conversation they begin."""

import pytest

# Gives a field what a clipboard or a dragging hand holds.
_BRING = """(field, [way, name]) => {
  const held = new DataTransfer();
  held.items.add(new File(["%PDF-1.4 " + name], name, { type: "application/pdf" }));
  const named = way === "paste" ? { clipboardData: held } : { dataTransfer: held };
  const kind = way === "paste" ? ClipboardEvent : DragEvent;
  field.dispatchEvent(new kind(way, { bubbles: true, cancelable: true, ...named }));
}"""
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


def test_a_draft_stays_and_the_field_locks_itself_as_the_window_closes(
    stack, open_console, session
):
    console = open_console("drafts").log_in(stack.demo, "agente.ladera")
    page, field = console.page, console.find("composer")
    console.open(session)
    page.locator("[data-testid=composer]:enabled").fill("Mañana te")
    page.reload()
    page.locator("[data-testid=composer]:enabled").wait_for()
    assert field.input_value() == "Mañana te"
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    console.find("send-key").click()
    page.keyboard.press("Escape")
    console.open(session)
    field.press("End")
    page.keyboard.type(" cuento")
    page.keyboard.press("Enter")
    page.keyboard.press("Backspace")
    page.keyboard.press("Control+Enter")
    console.message("Mañana te cuento", "read").wait_for(timeout=A_WHILE_MS)

    field.fill("Y además")
    stack.sql(
        "UPDATE conversations SET window_expires_at = clock_timestamp() + interval '3 seconds'"
        " WHERE session_id = CAST(:id AS uuid)",
        id=session,
    )
    # The page learns of it with the line; that the time has come nobody tells it.
    stack.agent("agente.ladera").post(f"/api/stores/store-1/sessions/{session}/read")
    console.find("choose-template").wait_for()
    assert field.is_disabled()
    assert field.input_value() == "Y además"
    console.watched.screenshot("compose-window-closed")
    console.find("account").click()
    console.find("logout").click()
    console.find("login-email").wait_for()
    assert (
        page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('drafts'))") == []
    )


def test_a_conversation_begins_with_a_template(stack, open_console, customer):
    console = open_console("begin").log_in(stack.demo, "agente.ladera")
    page = console.page
    console.find("begin").click()
    console.find("begin-phone").fill(f"+{customer}")
    console.find("begin-name").fill("Rosa Begoña")
    console.watched.screenshot("compose-begin")
    console.find("begin-next").click()
    console.find("template-search").fill("recordatorio")
    template = console.find("template").filter(has=page.get_by_text("es", exact=True))
    template.filter(has_text="recordatorio_pedido").click(timeout=A_WHILE_MS)
    for place, value in enumerate(("1024", "Rosa", "viernes", "1024")):
        console.find("template-value").nth(place).fill(value)
    shown = "Hola Rosa, tu pedido llega el viernes."
    console.find("template-preview").filter(has_text=shown).wait_for()
    console.watched.screenshot("compose-begin-template")
    page.locator("[data-testid=template-send]:enabled").click()
    console.message(shown, "read").wait_for(timeout=A_WHILE_MS)
    assert page.locator("#thread-name").inner_text() == "Rosa Begoña"
    assert stack.sent(customer)[-1]["request"]["type"] == "template"
    console.find("choose-template").wait_for()
    console.watched.screenshot("compose-begun")


def test_files_that_are_pasted_and_dropped_go_with_the_next_answer_and_never_with_a_note(
    stack, open_console, session, customer
):
    console = open_console("files").log_in(stack.demo, "agente.ladera")
    console.open(session)
    console.page.locator("[data-testid=composer]:enabled").wait_for()
    field = console.find("composer")
    console.find("note-mode").click()
    field.evaluate(_BRING, ["paste", "nunca.pdf"])
    console.find("reply-mode").click()
    field.evaluate(_BRING, ["paste", "uno.pdf"])
    field.evaluate(_BRING, ["drop", "dos.pdf"])
    ready = console.page.locator("[data-testid=file][data-status=ready]")
    ready.nth(1).wait_for(timeout=A_WHILE_MS)
    field.press("Enter")
    console.message("dos.pdf", "read").wait_for(timeout=A_WHILE_MS)
    names = [each["request"].get("document", {}).get("filename") for each in stack.sent(customer)]
    assert names[-2:] == ["uno.pdf", "dos.pdf"]
