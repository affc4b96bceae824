"""A thread with a message of every kind: shown in both languages, light and dark, and alive."""

import pytest

from tests.waiting import eventually

from .browsing import WatchedPage
from .conftest import new_customer
from .console_page import ConsolePage
from .every_kind import THREAD, EveryKind, Said, file
from .test_pages import look
from .things import png, wav

LOOKS = (("light", 1280), ("dark", 360), ("dark", 1280), ("light", 360))
PICTURE, HUM = png(600, 420), wav(1.5)
A_WHILE_MS = 20_000  # a busy machine's
FOUND = "[data-testid=message].found"


@pytest.fixture(scope="module")
def thread(stack):
    thread = EveryKind(stack, new_customer())
    for said in THREAD:
        thread.say(said)
    return thread


@pytest.fixture(scope="module")
def logged_in(stack, browser):
    watched = WatchedPage(browser, "log-in")
    ConsolePage(watched, stack.demo["console"]).log_in(stack.demo, "agente.ladera")
    kept = watched.kept()
    watched.close()
    return kept


@pytest.fixture
def open_thread(open_console, logged_in):
    def open_it(thread, **options):
        console = open_console("console", storage_state=logged_in, **options)
        serve_media(console.page)
        console.conversation(thread.session_id).wait_for()
        console.open(thread.session_id)
        console.find("message").first.wait_for()
        return console

    return open_it


def serve_media(page):
    """Answer for the media route: the small files, whatever is asked for."""

    def answer(route):
        kind = route.request.resource_type
        is_sound = kind == "media"
        body = HUM if is_sound else PICTURE
        route.fulfill(body=body, content_type="audio/wav" if is_sound else "image/png")

    page.route("**/api/stores/*/media/**", answer)


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_every_kind_is_shown_in_both_languages(open_thread, thread, theme, width):
    console = open_thread(thread, **look(theme, width))
    page = console.page
    assert page.locator("[data-testid=message], [data-testid=notice]").count() > len(THREAD)
    for language in ("en", "es"):
        console.watched.speak(language)
        for place, test_id in enumerate(("media", "order", "reaction")):
            console.find(test_id).first.scroll_into_view_if_needed()
            console.watched.screenshot(f"kinds-{theme}-{width}-{language}-{place}")
        page.locator("[data-testid=message]").last.scroll_into_view_if_needed()
        console.watched.screenshot(f"kinds-{theme}-{width}-{language}-end")
        assert console.watched.measures().overflow <= 0


def test_what_others_wrote_becomes_no_link_no_code_and_no_other_name(open_thread, thread):
    page = open_thread(thread).page

    links = page.locator("#thread a").evaluate_all("links => links.map((each) => each.href)")
    assert links
    assert all(each.startswith(("http://", "https://")) for each in links)
    assert not page.evaluate("document.querySelector('#thread').textContent.includes('\\u202e')")
    outside = page.locator("#thread a[target=_blank]")
    assert set(outside.evaluate_all("links => links.map((each) => each.rel)")) == {
        "noopener noreferrer"
    }
    assert page.locator("#thread img:not([alt]), #thread img[alt='']").count() == 0


def test_a_quote_leads_to_the_message_it_quotes(open_thread, thread):
    console = open_thread(thread)
    console.message("al que respondo").get_by_test_id("quote").press("Enter")

    console.page.locator(FOUND).wait_for()
    assert "vi el anuncio" in console.page.locator(FOUND).inner_text()


def test_a_picture_opens_large_and_escape_closes_only_it(open_thread, thread):
    console = open_thread(thread)
    picture = console.page.locator(".media.image .enlarge").first
    picture.scroll_into_view_if_needed()
    picture.press("Enter")
    console.find("viewer").wait_for()
    console.watched.screenshot("kinds-viewer")
    console.page.keyboard.press("Escape")

    console.find("viewer").wait_for(state="detached")
    assert console.find("thread").is_visible()
    assert picture.evaluate("button => button === document.activeElement")


def test_a_picture_arrives_a_reaction_and_a_deletion_come_and_nothing_jumps(
    open_thread, stack, logged_in
):
    thread = EveryKind(stack, new_customer())
    coming = thread.say(Said("image", media=file("image/png", state="loading", size=None)))
    said = thread.say(Said("text", "Lo quiero"))
    console = open_thread(thread)
    box = console.page.locator("[data-testid=media][data-state=loading]").bounding_box()

    stack.sql("UPDATE media SET state = 'ready' WHERE message_id = CAST(:id AS uuid)", id=coming)
    thread.tell(coming)
    console.page.locator("[data-testid=media][data-state=ready] img").wait_for(timeout=A_WHILE_MS)
    ready = console.page.locator("[data-testid=media][data-state=ready]")
    assert ready.bounding_box() == box
    thread.change(said, Said("text", reactions={"user": "👍"}))
    thread.tell(said)
    console.message("Lo quiero").get_by_test_id("reaction").wait_for(timeout=A_WHILE_MS)
    thread.change(said, Said("text", revoked=True))
    thread.tell(said)
    console.page.locator(".message.revoked").wait_for(timeout=A_WHILE_MS)
    assert console.message("Lo quiero").count() == 0


def test_an_address_that_ran_out_is_asked_for_anew(open_thread, stack):
    thread = EveryKind(stack, new_customer())
    thread.say(Said("image", media=file("image/png")))
    asked = []

    def first_gone(route):
        asked.append(route.request.url)
        if len(asked) == 1:
            route.fulfill(status=404)
        else:
            route.fulfill(body=PICTURE, content_type="image/png")

    console = open_thread(thread)
    console.watched.forgive("404")
    console.page.route("**/api/stores/*/media/**", first_gone)
    console.page.reload()
    image = console.page.locator(".media.image img")
    eventually(lambda: image.evaluate("image => image.naturalWidth"), what="the picture")
    assert len(asked) == 2


def test_a_paused_store_says_so_and_why_until_it_goes_on(open_thread, thread):
    console = open_thread(thread)
    assert console.find("store-paused").is_hidden()

    thread.record("store_paused", None, reason="token_expired")
    console.find("store-paused").wait_for(timeout=A_WHILE_MS)
    assert "permiso de WhatsApp venció" in console.find("store-paused").inner_text()
    console.watched.screenshot("kinds-paused")
