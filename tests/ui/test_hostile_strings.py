"""A hundred hostile strings wherever a stranger's words are shown: not one is more than text."""

import re
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
    VALUES (:store, :words || :tag, :words, 1, '')"""
_AT_ONCE = 20  # so many products the dialog shows
_KINDS = {"text", "document", "note", "release_note", "order"}
# What turns the direction of writing is left out of names and titles, and stands in bubbles.
_TURNING = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
_ALIEN = "script:not([src^='/static/']), iframe, object, embed, base, marquee, [onerror], [onload]"
_ALIEN_LINKS = (
    "a[href^='javascript:' i], a[href^='data:' i], img[src*='evil' i], link[href*='evil']"
)
# Scrolls up to the beginning, and keeps all that stood there on the way.
_WHOLE = """async (beginning) => {
    const thread = document.getElementById("thread");
    const seen = new Set();
    for (let rounds = 0; rounds < 200; rounds += 1) {
        for (const row of thread.querySelectorAll(".message, .notice"))
            seen.add(JSON.stringify([row.dataset.kind, row.textContent]));
        if (thread.textContent.includes(beginning) && thread.scrollTop === 0) return [...seen].map(JSON.parse);
        thread.scrollTop = 0;
        await new Promise((go) => setTimeout(go, 60));
    }
    return [["never the beginning", ""]];
}"""
# Scrolls down the list, however it brings its lines, and keeps each name and preview.
_LIST = """async (wanted) => {
    const body = document.querySelector(".list-body");
    const seen = new Map();
    const part = (line, name) => line.querySelector(`.${name}`).textContent;
    const left = () => wanted.some((each) => !seen.has(each));
    for (let rounds = 0; rounds < 200 && left(); rounds += 1) {
        for (const line of document.querySelectorAll("[data-testid=conversation]"))
            seen.set(line.dataset.sessionId, [part(line, "name"), part(line, "preview")]);
        body.scrollTop += 600;
        const more = document.getElementById("list-more");
        if (more && !more.hidden) more.click();
        await new Promise((go) => setTimeout(go, 40));
    }
    return wanted.map((each) => seen.get(each) ?? ["", ""]);
}"""
_CHOICES = """tag => {
    const words = [...document.querySelectorAll("[data-testid=choice] .choice-words")].map((each) => each.textContent);
    return words.length === AT_ONCE && words.every((each) => each.includes(tag)) && words;
}""".replace("AT_ONCE", str(_AT_ONCE))


@pytest.fixture(scope="module")
def thread(stack):
    """Every string as a text, caption and file's name, as both sorts of note, and as an order."""
    thread = EveryKind(stack, new_customer())
    for number, words in enumerate(HOSTILE):
        thread.say(Said("text", words, {"group_id": words}, wamid=f"wamid.{number}"))
        thread.say(Said("document", words, media=file("text/plain", words)))
        thread.say(Said("note", words, {"author": words}, role="agent"))
        thread.say(Said("release_note", words, {"author": words}, role="system"))
        goods = [{"product_id": words, "quantity": 1, "price": 1, "currency": words[:9]}]
        thread.say(Said("order", words, {"note": words, "items": goods}))
        person = f"5730088{number:05d}"
        stack.sql(_PERSON, store=STORE, words=words, phone=person)
        stack.sql(_PRODUCT, store=STORE, words=words, tag=tag_of(number))
    return thread


def test_a_hundred_hostile_strings_are_shown_and_none_of_them_runs(stack, open_console, thread):
    console = open_console("console").log_in(stack.demo, "duena.ladera")
    page, asked = console.page, []
    page.on("dialog", lambda dialog: asked.append(dialog.message))
    page.on("request", lambda request: asked.append(urlsplit(request.url).netloc))
    serve_media(page)
    look_through_the_list(stack, page)
    page.evaluate("id => { location.hash = id; }", thread.session_id)
    console.find("message").first.wait_for()
    shown = page.evaluate(_WHOLE, "Inicio de la conversación")
    assert shown[-1][0] != "never the beginning"
    # A leap to the top of rows of such heights moves them; that reading does not is shown by
    # test_five_thousand_messages_scroll_without_a_stall_or_a_jump.
    page.evaluate("window.__shift = 0")
    for kind in _KINDS:
        assert absent_from([words for its, words in shown if its == kind]) == [], kind
    console.watched.screenshot("hostile-thread")
    console.find("take-over").click()
    console.wait_for_state("human")
    console.find("use-product").click()
    look_through_the_products(console)
    console.watched.screenshot("hostile-products")
    assert page.locator(_ALIEN).count() == page.locator(_ALIEN_LINKS).count() == 0
    assert set(asked) <= {urlsplit(stack.demo["console"]).netloc}
    assert len(page.frames) == 1
    assert not console.watched.measures().pwned
    assert console.watched.measures().overflow <= 0


def look_through_the_list(stack, page):
    page.get_by_test_id("conversation").first.wait_for()
    rows = stack.sql(
        "SELECT session_id::text AS id FROM conversations JOIN contacts USING (store_id)"
        " WHERE contact_id = conversation_id AND store_id = :store AND phone LIKE '5730088%'",
        store=STORE,
    )
    lines = page.evaluate(_LIST, [row["id"] for row in rows])
    assert len(lines) == len(HOSTILE)
    assert WHOLE - {seen_as(name) for name, _ in lines} == set()
    assert WHOLE - {seen_as(preview) for _, preview in lines} == set()


def look_through_the_products(console):
    titles = []
    for first in range(0, len(HOSTILE), _AT_ONCE):
        console.find("product-search").fill(tag_of(first).strip())
        titles += console.page.wait_for_function(_CHOICES, arg=tag_of(first)).json_value()
        assert console.page.locator(_ALIEN).count() == 0
    assert WHOLE - {seen_as(each.rpartition(" lote-")[0]) for each in titles} == set()


def tag_of(number):
    """Name the search that shows a product, among as many others as are shown at once."""
    return f" lote-{number // _AT_ONCE}"


def absent_from(shown):
    """Name the strings that stand nowhere as they are."""
    found = [seen_as(each) for each in shown]
    return [each for each in HOSTILE if not any(seen_as(each) in text for text in found)]


def seen_as(words):
    return " ".join(_TURNING.sub("", words).split())


WHOLE = {seen_as(each) for each in HOSTILE} - {""}
