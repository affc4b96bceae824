"""What an agent does with the conversation: by keys alone, by its menu, by the palette."""

import pytest

from tests.waiting import eventually

from .conftest import new_customer

A_WHILE_MS = 20_000  # a busy machine's
_PRESSED = """(more) => document.activeElement.dispatchEvent(new KeyboardEvent(
  "keydown", { key: "e", code: "KeyE", altKey: true, bubbles: true, cancelable: true, ...more }))"""
ASKS = "Quiero hablar con una persona, por favor"
ANSWER = "Hola, soy Ana. ¿En qué te ayudo?"


@pytest.fixture
def waiting(stack):
    """Bring two customers into the queue: the first waits longer."""
    found = []
    for name in ("Beatriz Ñandú", "Carlos Pérez"):
        phone = new_customer()
        stack.write(phone, ASKS, name=name)
        stack.wait_until_handled(phone)
        found.append((phone, stack.session_of(phone)))
    yield found
    agent = stack.agent("agente.ladera")
    for _, session in found:
        agent.post(f"/api/stores/store-1/sessions/{session}/resolve")


def owner_of(stack, session):
    found = stack.sql(
        "SELECT owner, agent_name, resolved FROM conversations"
        " WHERE session_id = CAST(:id AS uuid)",
        id=session,
    )
    return found[0]


def test_a_whole_handover_goes_by_the_keyboard_alone(stack, open_console, waiting):
    (first, session), _ = waiting
    console = open_console("keyboard").log_in(stack.demo, "agente.ladera")
    page, press = console.page, console.page.keyboard.press
    console.conversation(session, "handover").wait_for()
    tab = page.locator("[data-filter=waiting][aria-pressed=true]")
    for _ in range(5):
        press("Alt+n")
        if tab.count():
            break
    opened = page.locator(f'[aria-current=true][data-session-id="{session}"]')
    for _ in range(30):  # others of this shop may have waited longer
        press("Alt+j")
        if opened.count():
            break
    opened.wait_for()
    console.wait_for_state("handover")
    press("Alt+t")
    console.wait_for_state("human")
    page.locator("[data-testid=composer]:focus").wait_for()
    for rests in ({"isComposing": True}, {"modifierAltGraph": True, "ctrlKey": True}):
        page.evaluate(_PRESSED, rests)  # neither what is being composed nor AltGr is a shortcut
    page.keyboard.type(ANSWER)
    press("Enter")
    console.message(ANSWER, "read").wait_for(timeout=A_WHILE_MS)
    assert stack.sent(first)[-1]["request"]["text"]["body"] == ANSWER

    press("Alt+p")
    page.keyboard.type("Quiere la factura a nombre de su empresa")
    press("Enter")
    page.locator("[data-kind=note]").filter(has_text="a nombre de su empresa").wait_for()
    press("Control+Alt+e")
    page.locator(f'[aria-current=true]:not([data-session-id="{session}"])').wait_for()
    assert owner_of(stack, session)["resolved"]
    press("Escape")  # leaves the conversation, not the field's text
    press("?")
    console.find("shortcuts").wait_for()
    console.watched.screenshot("compose-shortcuts")
    press("Alt+j")  # rests: a dialog is open
    assert page.locator("[aria-current=true]").count() == 0
    press("Escape")
    console.find("shortcuts").wait_for(state="detached")


def test_the_menu_assigns_and_gives_back_with_a_note_and_the_palette_finds_people(
    stack, open_console, waiting
):
    (_, session), _ = waiting
    console = open_console("menu").log_in(stack.demo, "agente.ladera")
    page, press = console.page, console.page.keyboard.press
    page.locator("[data-filter=all]").click()
    console.conversation(session).wait_for()
    press("Control+k")
    console.find("palette-search").fill("ñandu")
    found = console.find("choice").filter(has_text="Beatriz Ñandú").first
    found.wait_for()
    console.watched.screenshot("compose-palette")
    found.click()
    console.wait_for_state("handover")
    assert page.locator(f'[aria-current=true][data-session-id="{session}"]').count() == 1

    console.find("more-acts").press("Enter")
    console.watched.screenshot("compose-menu")
    console.find("act-assign").press("Enter")
    console.find("choice").nth(1).wait_for()
    console.watched.screenshot("compose-assign")
    colleague = console.find("choice").nth(1).inner_text().splitlines()[0]
    press("ArrowDown")
    press("Enter")
    eventually(lambda: owner_of(stack, session)["agent_name"] == colleague, what="the assignment")

    console.find("more-acts").click()
    console.find("act-giveBackNote").click()
    console.find("release-note").fill("Quiere la factura por correo")
    console.watched.screenshot("compose-note")
    console.find("release-go").click()
    told = page.locator("[data-kind=release_note]").filter(has_text="Quiere la factura por correo")
    told.wait_for(timeout=A_WHILE_MS)
    assert owner_of(stack, session)["owner"] == "bot"

    press("Alt+m")
    console.find("snooze").wait_for()
    console.watched.screenshot("compose-snooze")
    press("Enter")  # the first: until the customer writes
    snoozed = "SELECT snoozed FROM conversations WHERE session_id = CAST(:id AS uuid)"
    eventually(lambda: stack.sql(snoozed, id=session)[0]["snoozed"], what="the snooze")
