"""A hundred hostile strings wherever a stranger's words are shown: not one is more than text."""

from urllib.parse import urlsplit

import pytest

from .conftest import new_customer
from .every_kind import STORE, EveryKind, Said, file
from .hostile import HOSTILE
from .test_every_kind import serve_media

_PERSON = """
    WITH person AS (SELECT gen_random_uuid() AS id),
    contact AS (INSERT INTO contacts (store_id, contact_id, name, phone)
        SELECT :store, id, :words, :phone FROM person),
    head AS (INSERT INTO conversation_heads (store_id, conversation_id)
        SELECT :store, id FROM person),
    talk AS (INSERT INTO conversations (store_id, conversation_id, session_id, preview, owner,
            agent_id, agent_name, last_position)
        SELECT :store, id, id, :words, 'agent', id, :words, 0 FROM person)
    INSERT INTO sessions (store_id, session_id, conversation_id) SELECT :store, id, id FROM person
"""
_PRODUCT = """INSERT INTO products (store_id, name, description, price, search)
    VALUES (:store, :words, :words, 1, '')"""
_ALIEN = "script:not([src^='/static/']), iframe, object, embed, base, marquee, [onerror], [onload]"
_ALIEN_LINKS = (
    "a[href^='javascript:' i], a[href^='data:' i], img[src*='evil' i], link[href*='evil']"
)
# Scrolls up to the beginning, and keeps all that stood there on the way.
_WHOLE = """async (beginning) => {
    const thread = document.getElementById("thread");
    const seen = new Set();
    for (let rounds = 0; rounds < 200; rounds += 1) {
        for (const row of thread.querySelectorAll(".message, .notice")) seen.add(row.textContent);
        if (thread.textContent.includes(beginning) && thread.scrollTop === 0) return [...seen];
        thread.scrollTop = 0;
        await new Promise((go) => setTimeout(go, 60));
    }
    return [...seen, "never the beginning"];
}"""
# Scrolls down the list, however it brings its lines, and counts those that stood there.
_LIST = """async (wanted) => {
    const body = document.querySelector(".list-body");
    const seen = new Set();
    for (let rounds = 0; rounds < 200 && seen.size < wanted; rounds += 1) {
        for (const line of document.querySelectorAll("[data-testid=conversation]")) seen.add(line.dataset.sessionId);
        body.scrollTop += 600;
        const more = document.getElementById("list-more");
        if (more && !more.hidden) more.click();
        await new Promise((go) => setTimeout(go, 40));
    }
    return seen.size;
}"""


@pytest.fixture(scope="module")
def thread(stack):
    """Every string as a text, as caption and file's name, as a note, and as an order's product."""
    thread = EveryKind(stack, new_customer())
    for number, words in enumerate(HOSTILE):
        thread.say(Said("text", words, {"group_id": words}, wamid=f"wamid.{number}"))
        thread.say(Said("document", words, media=file("text/plain", words)))
        thread.say(Said("release_note", words, {"author": words}, role="system"))
        goods = [{"product_id": words, "quantity": 1, "price": 1, "currency": words[:9]}]
        thread.say(Said("order", words, {"note": words, "items": goods}))
        person = f"5730088{number:05d}"
        stack.sql(_PERSON, store=STORE, words=words, phone=person)
        stack.sql(_PRODUCT, store=STORE, words=words)
    return thread


def test_a_hundred_hostile_strings_are_shown_and_none_of_them_runs(stack, open_console, thread):
    console = open_console("console").log_in(stack.demo, "duena.ladera")
    page, asked = console.page, []
    page.on("dialog", lambda dialog: asked.append(dialog.message))
    page.on("request", lambda request: asked.append(urlsplit(request.url).netloc))
    serve_media(page)
    look_through_the_list(page)
    page.evaluate("id => { location.hash = id; }", thread.session_id)
    console.find("message").first.wait_for()
    shown = page.evaluate(_WHOLE, "Inicio de la conversación")
    assert shown[-1] != "never the beginning"
    # A leap to the top of rows of such heights moves them; that reading does not is shown by
    # test_five_thousand_messages_scroll_without_a_stall_or_a_jump.
    page.evaluate("window.__shift = 0")
    absent = [each for each in HOSTILE if sum(each in text for text in shown) < 2]
    assert absent == []
    console.watched.screenshot("hostile-thread")
    console.find("take-over").click()
    console.wait_for_state("human")
    console.find("use-product").click()
    console.find("choice").first.wait_for()
    console.watched.screenshot("hostile-products")
    assert page.locator(_ALIEN).count() == page.locator(_ALIEN_LINKS).count() == 0
    assert set(asked) <= {urlsplit(stack.demo["console"]).netloc}
    assert len(page.frames) == 1
    assert not console.watched.measures().pwned
    assert console.watched.measures().overflow <= 0


def look_through_the_list(page):
    page.get_by_test_id("conversation").first.wait_for()
    assert page.evaluate(_LIST, len(HOSTILE)) >= len(HOSTILE)
