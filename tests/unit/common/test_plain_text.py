import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.plain_text import is_storable, storable, units


@pytest.mark.parametrize("text", ["", "hola", "¡ñandú! 🌵", "a\nb\tc\r", "\u202ertl\u200b"])
def test_ordinary_text_is_left_as_it_is(text):
    assert storable(text) == text


def test_what_no_database_keeps_is_replaced_one_for_one():
    assert storable("a\x00b\ud800c\udfff") == "a�b�c�"


@given(st.text(alphabet=st.characters(codec=None, exclude_categories=())))
def test_the_result_always_fits_and_keeps_its_length(text):
    stored = storable(text)

    stored.encode()
    assert "\x00" not in stored
    assert len(stored) == len(text)
    assert is_storable(stored)
    assert storable(stored) == stored


def test_a_text_is_storable_when_the_database_can_keep_it():
    assert is_storable("añ🌻\n")
    assert not is_storable("\x00")
    assert not is_storable("\ud800")


def test_length_is_counted_as_a_phone_counts():
    assert [units(each) for each in ("", "hola", "añ", "🌻", "👩\u200d🌾", "\ud800")] == [
        0,
        4,
        2,
        2,
        5,
        1,
    ]
