from pathlib import Path

from common.send_errors.page import page

PAGE = Path(__file__).resolve().parents[2] / "docs" / "send-errors.md"


def test_the_page_of_errors_is_what_the_table_says():
    assert PAGE.read_text(encoding="utf-8") == page(), "make docs"
