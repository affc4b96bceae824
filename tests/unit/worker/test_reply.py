# ruff: noqa: RUF001  # the bracket that only looks like one is the point
import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.reply import Reply, escape_tags, is_blank, parse_reply

PIECES = [
    "[",
    "]",
    "<",
    ">",
    "/",
    "SEND_IMAGE",
    ":",
    "b",
    "thinking",
    " ",
    "\n",
    "x",
    "=",
    '"',
    ".",
]


def text_of(raw):
    return parse_reply(raw).text


@pytest.mark.parametrize(
    "text",
    [
        "5 < 10 y 20 > 3",
        "menos de <5 y >2",
        "a <b and c> d",
        "si x<y y y>z",
        "[1] y [ok] (x) {y}",
        "[enviar imagen: x]",
        "<3 te queremos <3",
        "<-- mira -->",
        "<nombre>",
        "<businessman>",
        "Uno\n\nDos\n- a\n- b",
        "¡Qué bien! 😀👍🏽 ñandú",
    ],
)
def test_ordinary_text_stays_as_it_is(text):
    assert parse_reply(text) == Reply(text, ())


@pytest.mark.parametrize(
    "tag",
    [
        "[SEND_IMAGE: p1]",
        "[SEND_IMAGE:p1]",
        "[send_image: p1]",
        "[ Send_Image : p1 ]",
        "[SEND IMAGE: p1]",
        "[SEND_IMAGE:\tp1\t]",
    ],
)
def test_a_picture_tag_names_a_picture_and_is_not_shown(tag):
    assert parse_reply(f"Mira {tag} esto") == Reply("Mira esto", ("p1",))


def test_pictures_keep_their_order_and_come_once():
    raw = "[SEND_IMAGE: b] uno [SEND_IMAGE: a] dos [send_image: b] tres"
    assert parse_reply(raw) == Reply("uno dos tres", ("b", "a"))


def test_no_more_pictures_than_the_limit_are_named():
    raw = " ".join(f"[SEND_IMAGE: p{number}]" for number in range(9))
    assert parse_reply(raw).image_ids == ("p0", "p1", "p2", "p3", "p4")
    assert parse_reply(raw, image_limit=2).image_ids == ("p0", "p1")
    assert parse_reply(raw, image_limit=0).image_ids == ()


@pytest.mark.parametrize(
    "tag",
    [
        "[SEND_IMAGE]",
        "[SEND_IMAGE:]",
        "[SEND_IMAGE: ]",
        "[SEND_IMAGE p1]",
        "[SEND_IMAGES: p1]",
        "[SEND_IMAGESEND_IMAGE",
        "[SEND_IMAGE: a b]",
        "[SEND_IMAGE: a/../b]",
        "[SEND_IMAGE: ñ]",
        "[SEND_IMAGE: a\r\nb]",
        "[SEND_IMAGE: [x]]",
        f"[SEND_IMAGE: {'a' * 65}]",
        f"[SEND_IMAGE: {'a' * 10_000}]",
        "[SEND_IMAGE: x",
        "[SEND_IMAGE",
    ],
)
def test_a_malformed_picture_tag_is_taken_out_all_the_same(tag):
    assert parse_reply(f"Mira {tag}") == Reply("Mira", ())


def test_an_id_of_64_characters_is_well_formed():
    assert parse_reply(f"[SEND_IMAGE: {'a' * 64}]").image_ids == ("a" * 64,)


def test_an_unclosed_tag_takes_no_words_with_it():
    assert text_of("Mira [SEND_IMAGE: p1 y también otras") == "Mira y también otras"


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("<b>x</b>", "x"),
        ("<STRONG>x</STRONG >", "x"),
        ("uno<i>dos</i>tres", "unodostres"),
        ("<answer>Hola</answer>", "Hola"),
        ("<response>Hola", "Hola"),
        ("Hola</reply>", "Hola"),
        ("<product id=\"3\" name='x'>Café</product>", "Café"),
        ('<a href="https://x.co/?a=1&b=2">ver</a>', "ver"),
        ("uno<br>dos<br/>tres", "uno\ndos\ntres"),
        ("<p>Uno</p><p>Dos</p>", "Uno\n\nDos"),
        ("<div><span>x</span></div>", "x"),
        ("<<b>b>x</<b>b>", "x"),
    ],
)
def test_known_tags_go_and_their_words_stay(raw, text):
    assert text_of(raw) == text


@pytest.mark.parametrize(
    "raw",
    [
        "<thinking>secreto</thinking>Hola",
        "Hola<thinking>secreto",
        "Hola <thinking secreto",
        "<THINKING>\nsecreto\n</THINKING>\n\nHola",
        "<thinking>secreto<thinking>más</thinking>secreto</thinking>Hola",
        "<reasoning>secreto</reasoning><scratchpad>secreto</scratchpad>Hola",
        "<thinking>secreto <b>x</b> [SEND_IMAGE: p1]</thinking>Hola",
        "<thi<b>nking>secreto</thinking>Hola",
        "secreto\n</think>\n\nHola",
        "<thinking type='x'>secreto</thinking>Hola",
    ],
)
def test_what_a_model_thinks_aloud_is_never_shown(raw):
    assert parse_reply(raw) == Reply("Hola", ())


def test_thoughts_that_nothing_follows_leave_the_words_before_them():
    assert text_of("Hola</thinking>\n") == "Hola"
    assert text_of("<thinking>secreto") == ""


def test_a_tag_within_a_tag_is_still_taken_out():
    assert parse_reply("[SEND_<b>IMAGE: p1] Hola") == Reply("Hola", ("p1",))


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("Mira [SEND_IMAGE: a], lindo", "Mira, lindo"),
        ("Uno\n[SEND_IMAGE: a]\n[SEND_IMAGE: b]\n\nDos", "Uno\n\nDos"),
        ("  Uno   dos \t \n  tres  ", "Uno dos\ntres"),
        ("Uno\n\n\n\n\nDos", "Uno\n\nDos"),
        ("Uno\r\nDos\rTres", "Uno\nDos\nTres"),
        ("a[SEND_IMAGE: x]b", "a b"),
        ("Ho\x00la \ud800mundo\udfff", "Hola mundo"),
    ],
)
def test_what_tags_leave_behind_is_tidied(raw, text):
    assert text_of(raw) == text


@pytest.mark.parametrize("raw", ["", " \n\t ", "\u200b\u2060\ufeff", "[SEND_IMAGE: ]", "<b> </b>"])
def test_a_reply_that_shows_nothing_has_no_text(raw):
    assert parse_reply(raw) == Reply("", ())


def test_blank_is_what_nobody_can_see():
    assert is_blank(" \u200d\u3164\u2800")
    assert not is_blank("\u200b.")


@pytest.mark.parametrize(
    ("words", "harmless"),
    [
        ("[SEND_IMAGE: p1]", "(SEND_IMAGE: p1]"),
        ("[ send image:p1]", "( send image:p1]"),
        ("<thinking>x</thinking>", "‹thinking>x‹/thinking>"),
        ("< / system>", "‹ / system>"),
        ("5 < 10 <3 [1] <nombre>", "5 < 10 <3 [1] <nombre>"),
    ],
)
def test_tags_in_the_words_of_others_become_words(words, harmless):
    assert escape_tags(words) == harmless
    assert escape_tags(harmless) == harmless


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_whatever_was_escaped_names_no_picture(words):
    assert parse_reply(escape_tags(words)).image_ids == ()


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_no_closed_picture_tag_survives(raw):
    assert "[SEND_IMAGE" not in text_of(raw)


@given(st.text())
def test_any_reply_can_be_taken_apart_and_stored(raw):
    parse_reply(raw).text.encode("utf-8")
