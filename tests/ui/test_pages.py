"""Both pages in both languages, light and dark, from wide to 360 px, and with hostile words."""

import itertools

import pytest

from .browsing import WatchedPage
from .conftest import new_customer
from .console_page import ConsolePage

WIDTHS = {1280: 800, 768: 1024, 360: 740}
LANGUAGES = ("en", "es")
# The second half runs backwards for whoever obeys the override in the middle of it.
HOSTILE = '<script>window.__pwned=1</script><img src=x onerror="window.__pwned=1">\u202egnp.exe'
HOSTILE_NAME = '"><svg onload="window.__pwned=1">\u202eanA'
HANDED_OVER = "Necesito ayuda con un café"

looks = pytest.mark.parametrize("theme", ["light", "dark"])
every_look = pytest.mark.parametrize(
    ("theme", "width"), list(itertools.product(("light", "dark"), WIDTHS))
)


@pytest.fixture(scope="module")
def told(stack):
    """A conversation with a picture, handed over to a person; its customer and session."""
    customer = new_customer()
    stack.write(customer, "¿Tienen café del Huila?", name="Ana María")
    stack.wait_until_handled(customer)
    stack.write(customer, HANDED_OVER, name="Ana María")
    stack.wait_until_handled(customer)
    return customer, stack.session_of(customer)


@pytest.fixture(scope="module")
def logged_in(stack, browser):
    """What a browser keeps after one log-in, so that a page opens as for someone who came back."""
    watched = WatchedPage(browser, "log-in")
    ConsolePage(watched, stack.demo["console"]).log_in(stack.demo, "agente.ladera")
    kept = watched.kept()
    watched.close()
    return kept


@every_look
def test_the_phone_page_fits_and_speaks_both_languages(open_phone, told, theme, width):
    phone = open_phone(told[0], **look(theme, width))
    phone.own(HANDED_OVER).wait_for()

    keep_both_languages(phone.watched, f"phone-{theme}-{width}")


@every_look
def test_the_console_fits_and_speaks_both_languages(open_console, told, logged_in, theme, width):
    console = open_console("console", storage_state=logged_in, **look(theme, width))
    console.conversation(told[1]).wait_for()
    keep_both_languages(console.watched, f"console-list-{theme}-{width}")
    console.open(told[1])
    console.message(HANDED_OVER).first.wait_for()

    keep_both_languages(console.watched, f"console-thread-{theme}-{width}")


@looks
def test_the_log_in_fits_a_phone_and_refuses_a_wrong_password(open_console, theme):
    console = open_console("console", **look(theme, 360))
    console.watched.forgive(r"status of 401 .*/api/login\)")
    keep_both_languages(console.watched, f"login-{theme}-360")
    console.find("login-email").fill("nobody@ejemplo.test")
    console.find("login-password").fill("wrong")
    console.find("login-password").press("Enter")

    console.find("login-error").wait_for()
    assert console.find("login-error").inner_text().strip()
    console.watched.screenshot(f"login-refused-{theme}-360")


def test_hostile_words_and_names_are_shown_as_text(stack, open_phone, open_console, customer):
    phone = open_phone(customer)
    phone.write(HOSTILE).wait_for()
    stack.wait_until_handled(customer)
    stack.write(customer, f"Necesito ayuda {HOSTILE}", name=HOSTILE_NAME)
    stack.wait_until_handled(customer)
    session = stack.session_of(customer)
    console = open_console("console").log_in(stack.demo, "agente.ladera")
    console.open(session)
    console.message("window.__pwned=1").first.wait_for()
    console.find("take-over").click()
    console.wait_for_state("human")
    console.write(HOSTILE)
    phone.reply("window.__pwned=1").wait_for()

    console.watched.screenshot("hostile-console")
    phone.watched.screenshot("hostile-phone")
    assert "<svg onload" in console.conversation(session).inner_text()
    assert [each.watched.measures().pwned for each in (phone, console)] == [False, False]


def look(theme, width):
    return {
        "color_scheme": theme,
        "viewport": {"width": width, "height": WIDTHS[width]},
    }


def keep_both_languages(watched, name):
    """Switch without a reload; the page must fit its width in each language."""
    for language in LANGUAGES:
        watched.speak(language)
        watched.screenshot(f"{name}-{language}")
        assert watched.measures().overflow <= 0, f"{name} scrolls sideways"
