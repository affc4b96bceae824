# ruff: noqa: RUF001  # letters that look like others are the point
import pytest

from worker.folding import fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("CAFÉ", "cafe"),
        ("Niño", "nino"),
        ("straße", "strasse"),
        ("ｆｕｌｌ", "full"),
        ("c\u0430f\u0435", "cafe"),
        ("ca\u200bfé", "cafe"),
        ("a\u0301\u0316b", "ab"),
        ("😀 1", "😀 1"),
        ("", ""),
    ],
)
def test_case_accents_and_look_alikes_make_no_difference(text, folded):
    assert fold(text) == folded


def test_accents_are_dropped_wherever_a_long_text_is_cut():
    assert fold("é" * 1000) == "e" * 1000
    assert fold("e\u0301" * 1000) == "e" * 1000
