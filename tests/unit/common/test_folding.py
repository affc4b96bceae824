import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.folding import fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("CAFÉ", "cafe"),
        ("cafe\u0301", "cafe"),
        ("Nariño", "narino"),
        ("pingüino", "pinguino"),
        ("Straße", "strasse"),
        ("ﬁno", "fino"),
        ("", ""),
    ],
)
def test_case_and_accents_are_folded(text, folded):
    assert fold(text) == folded


def test_marks_are_dropped_wherever_a_long_text_is_cut():
    assert fold("é" * 1000) == "e" * 1000
    assert fold("e\u0301" * 1000) == "e" * 1000


def test_nothing_of_a_long_text_that_people_write_is_lost():
    assert len(fold("한" * 1000)) == 3000


@settings(deadline=None)
@given(st.text(max_size=100))
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize("marks", ["\u0301\u0323", "\u0591\u05ae"])
def test_a_run_of_marks_is_folded_at_once(marks):
    began = time.process_time()
    fold("a" + marks * 32_000)
    assert time.process_time() - began < 0.5
