import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.plain_text import TEXT_LIMIT, units
from worker.reply import split_text


@pytest.mark.parametrize("text", ["a", "a" * 4096, "ñ " * 2047 + "ñ"])
def test_what_fits_stays_whole(text):
    assert split_text(text) == (text,)


@pytest.mark.parametrize("text", ["", "   \n", "\u200b", "\u200d \u2060"])
def test_what_shows_nothing_makes_no_part(text):
    assert split_text(text) == ()


def test_one_character_too_many_makes_a_second_part():
    assert [len(part) for part in split_text("a" * 4097)] == [4096, 1]


def test_an_emoji_counts_as_a_phone_counts_it():
    parts = split_text("😀" * 4096)
    assert [units(part) for part in parts] == [4096, 4096]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("aaaa aaaa.\n\nbbb bbb\nccc", ("aaaa aaaa.", "bbb bbb\nccc")),
        ("aaaa aaaa\nbbb bbb", ("aaaa aaaa", "bbb bbb")),
        ("Hola. Esto es largo", ("Hola. Esto", "es largo")),
        ("aaa bbb. ccc ddd", ("aaa bbb.", "ccc ddd")),
        ("aaa bbb ccc ddd eee", ("aaa bbb ccc", "ddd eee")),
        ("aaaaaaaaaaaaaaaaa", ("aaaaaaaaaaaa", "aaaaa")),
        ("a            b            c", ("a", "b", "c")),
    ],
)
def test_a_text_is_cut_where_it_breathes(text, parts):
    assert split_text(text, limit=12) == parts


@pytest.mark.parametrize("letter", ["👩\u200d👩\u200d👧", "e\u0301", "👍🏽", "❤\ufe0f"])
def test_no_letter_or_emoji_is_cut_in_two(letter):
    parts = split_text(letter * 40, limit=25)
    assert "".join(parts) == letter * 40
    assert all(len(part) % len(letter) == 0 for part in parts)


def test_a_reply_of_12_000_characters_keeps_every_word_in_order():
    text = " ".join(f"palabra{number}." for number in range(900))
    parts = split_text(text)
    assert all(0 < units(part) <= TEXT_LIMIT for part in parts)
    assert " ".join(parts).split() == text.split()


@given(
    st.lists(st.sampled_from(["a", "ñ", "😀", " ", "\n", ". ", "\u200d", "e\u0301", "\u200b"])).map(
        "".join
    ),
    st.integers(2, 12),
)
def test_parts_fit_show_something_and_lose_nothing_visible(text, limit):
    parts = split_text(text, limit)
    assert all(units(part) <= limit and part.strip("\u200b\u200d") for part in parts)
    lost = str.maketrans("", "", " \n\u200b\u200d")
    assert "".join(parts).translate(lost) == text.translate(lost)
