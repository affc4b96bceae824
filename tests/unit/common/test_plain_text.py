import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.plain_text import storable


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
    assert storable(stored) == stored
