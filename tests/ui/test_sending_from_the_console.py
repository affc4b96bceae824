"""Files, quotes and templates, from the agent's hand to the customer's phone."""

import pytest

from tests.waiting import eventually

from .things import png

A_WHILE_MS = 20_000  # a busy machine's
QUESTION = "Necesito ayuda, ¿cuál bolsa es?"
CAPTION = "Esta, la de 500 g"
VALUES = {"header.1": "1024", "1": "Ana", "2": "viernes", "button.0": "1024"}


@pytest.fixture
def console(stack, open_console, customer):
    stack.write(customer, QUESTION)
    stack.wait_until_handled(customer)
    agent = stack.agent("agente.ladera")
    session = stack.session_of(customer)
    agent.post(f"/api/stores/store-1/sessions/{session}/takeover").raise_for_status()
    console = open_console("console").log_in(stack.demo, "agente.ladera")
    console.open(session)
    console.message(QUESTION).first.wait_for()
    return console


def test_a_file_goes_with_its_caption_as_the_answer_to_a_message(stack, console, customer):
    page = console.page
    console.message(QUESTION).first.focus()
    page.keyboard.press("Enter")
    assert QUESTION in console.find("quoting").inner_text()
    files = [
        {"name": "bolsa.png", "mimeType": "image/png", "buffer": png(300, 200)},
        {"name": "setup.exe", "mimeType": "image/png", "buffer": b"MZ\x90\x00"},
    ]
    console.watched.forgive("422")
    console.find("files").set_input_files(files)
    console.find("file").filter(has_text="WhatsApp no acepta archivos de este tipo").wait_for()
    console.find("composer").fill(CAPTION)
    assert console.find("send").is_disabled()
    console.watched.screenshot("sending-files")
    console.find("file").filter(has_text="setup.exe").get_by_test_id("take-out").click()
    page.locator("[data-testid=file][data-status=ready]").wait_for(timeout=A_WHILE_MS)
    console.find("composer").press("Enter")

    mine = console.message(CAPTION, "read")
    mine.wait_for(timeout=A_WHILE_MS)
    mine.locator("[data-testid=media][data-state=ready] img").wait_for(timeout=A_WHILE_MS)
    assert QUESTION in mine.get_by_test_id("quote").inner_text()
    console.watched.screenshot("sending-sent")
    request = stack.sent(customer)[-1]["request"]
    assert (request["type"], request["image"]["caption"]) == ("image", CAPTION)
    assert request["context"]["message_id"] == stack.mail(customer)[0]["event_id"]


def test_a_closed_window_leaves_a_template_that_is_filled_in_and_seen_before_it_goes(
    stack, console, customer
):
    page = console.page
    stack.sql(
        "UPDATE conversations SET window_expires_at = now() - interval '1 minute'"
        " WHERE session_id = CAST(:id AS uuid)",
        id=stack.session_of(customer),
    )
    page.reload()
    console.find("choose-template").click()
    console.find("template-search").fill("recordatorio")
    template = console.find("template").filter(has=page.get_by_text("es", exact=True))
    template.filter(has_text="recordatorio_pedido").click(timeout=A_WHILE_MS)
    for name, value in VALUES.items():
        page.locator(f"[data-testid=template-value][name='{name}']").fill(value)
    shown = "Hola Ana, tu pedido llega el viernes."
    console.find("template-preview").filter(has_text=shown).wait_for()
    console.watched.screenshot("sending-template")
    page.locator("[data-testid=template-send]:enabled").press("Enter")

    console.message(shown, "read").wait_for(timeout=A_WHILE_MS)
    console.watched.screenshot("sending-template-sent")
    eventually(lambda: stack.sent(customer)[-1]["request"]["type"] == "template", what="a template")

    # Its header's picture comes from this computer.
    console.find("choose-template").click()
    console.find("template-search").fill("producto_nuevo")
    console.find("template").click()
    picture = {"name": "bolsa.png", "mimeType": "image/png", "buffer": png(300, 200)}
    console.find("template-file").set_input_files(picture)
    for name, value in {"1": "Castillo", "button.0": "CAFE10"}.items():
        page.locator(f"[data-testid=template-value][name='{name}']").fill(value)
    go = page.locator("[data-testid=template-send]:enabled")
    go.wait_for()
    console.watched.screenshot("sending-template-file")
    go.press("Enter")
    console.message("Llegó Castillo", "read").wait_for(timeout=A_WHILE_MS)
    console.watched.screenshot("sending-template-file-sent")
    (header,) = stack.sent(customer)[-1]["request"]["template"]["components"][0]["parameters"]
    assert header["image"]["id"]
