# ruff: noqa: RUF001  # letters that look like others are the point
import pytest

from worker.folding import fold_disguised


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
    assert fold_disguised(text) == folded
