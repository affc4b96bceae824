"""Pages that `make docs` writes are up to date, and a function of SQL is cited where it is."""

import re
from pathlib import Path

import pytest
from sql_functions import homes

import docs

ROOT = Path(__file__).resolve().parents[2]
_SQL_LINK = re.compile(r"\[([^\]]+)\]\([^)\s]*?(\w+\.sql)\)")


@pytest.mark.parametrize("page", docs.PAGES, ids=lambda page: page.name)
def test_a_page_from_the_code_is_what_the_code_says(page):
    assert page.read_text(encoding="utf-8") == docs.PAGES[page](), "make docs"


def test_a_function_of_sql_is_linked_to_the_file_of_its_present_body():
    present = {f"`{name}`": home.file for name, home in homes().items()}
    text = (ROOT / "docs" / "message-life.md").read_text(encoding="utf-8")
    cited = _SQL_LINK.findall(text)

    assert cited
    assert [(name, file) for name, file in cited if present.get(name) != file] == []
