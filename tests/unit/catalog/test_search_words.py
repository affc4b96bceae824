"""The words of a text, folded for search."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.search_words import asked_words, indexed_words


@settings(deadline=None)
@given(st.text())
def test_folding_twice_changes_nothing(text):
    assert indexed_words(indexed_words(text)) == indexed_words(text)


@settings(deadline=None)
@given(st.text())
def test_words_are_letters_and_digits_only(text):
    assert all(word.isalnum() for word in asked_words(text))


def test_signs_do_not_join_words():
    assert indexed_words("Huila/Nariño, 500-g (café)") == "huila narino 500 g cafe"


def test_a_question_keeps_its_telling_words_once_and_in_order():
    assert asked_words("Hola, ¿tienen café? Café del Huila & | ! :*") == (
        "tienen",
        "cafe",
        "del",
        "huila",
    )


def test_short_endless_and_too_many_words_are_left_out():
    words = asked_words("té a " + "x" * 3_000 + " " + " ".join(f"palabra{n}" for n in range(500)))
    assert len(words) == 32
    assert words[0] == "palabra0"


@pytest.mark.measures
def test_a_run_of_marks_is_folded_at_once():
    began = time.perf_counter()
    indexed_words("a" + "\u0301\u0323" * 32_000)
    assert time.perf_counter() - began < 0.5
