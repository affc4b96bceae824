# ruff: noqa: RUF001  # letters and digits that look like others are the point
import pytest

from worker.handover import DEFAULT_KEYWORDS, DEFAULT_TRANSFER_TEXT, asks_for_person


@pytest.mark.parametrize(
    ("text", "keyword"),
    [
        ("quiero un humano", "humano"),
        ("HUMANO", "humano"),
        ("¿Me comunicas con un ASESOR, por favor?", "asesor"),
        ("una persona real", "persona"),
        ("tengo una Queja.", "queja"),
        ("reclamo!!!", "reclamo"),
        ("Ayúda", "ayuda"),
        ("a\u0301yuda", "ayuda"),
        ("necesito contactar a alguien", "contactar"),
        ("quiero hablar con alguien", "hablar con alguien"),
        ("HABLAR   con\n\talguien ya", "hablar con alguien"),
        ("*humano*", "humano"),
        ("_humano_", "humano"),
        ("humano\N{THUMBS UP SIGN}", "humano"),
        ("ｈｕｍａｎｏ", "humano"),
        ("hum\u200bano", "humano"),
        ("hum\u0430n\u043e", "humano"),
        ("𝐡𝐮𝐦𝐚𝐧𝐨", "humano"),
        ("agente-humano", "humano"),
    ],
)
def test_asking_for_a_person_is_understood(text, keyword):
    assert asks_for_person(text, DEFAULT_KEYWORDS) == keyword


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "hola",
        "inhumano",
        "humanos",
        "personal",
        "asesoría",
        "el reclamofono",
        "hablar con Ana",
        "hablaremos con alguien",
        "quejas",
        "ayudante",
        "persona1",
    ],
)
def test_other_words_ask_for_nobody(text):
    assert asks_for_person(text, DEFAULT_KEYWORDS) is None


def test_a_store_writes_its_keywords_as_it_likes():
    assert asks_for_person("PÁSAME al  DUEÑO", ("Pasame al dueño",)) == "Pasame al dueño"


@pytest.mark.parametrize("keyword", ["", "  ", "?", "\x00"])
def test_a_keyword_without_a_word_matches_nothing(keyword):
    assert asks_for_person("hola? \x00", (keyword,)) is None


def test_no_keywords_ask_for_nobody():
    assert asks_for_person("humano", ()) is None


def test_both_languages_say_that_a_person_comes():
    assert set(DEFAULT_TRANSFER_TEXT) == {"es", "en"}
    assert all(0 < len(text) < 200 for text in DEFAULT_TRANSFER_TEXT.values())
