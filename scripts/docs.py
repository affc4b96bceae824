"""Write the pages that are made from the code (`make docs`)."""

from pathlib import Path

from sql_functions import sql_page

from common.send_errors.page import page

_DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGES = {_DOCS / "send-errors.md": page, _DOCS / "sql-functions.md": sql_page}


def main() -> None:
    """Write each page anew."""
    for path, text_of in PAGES.items():
        path.write_text(text_of(), encoding="utf-8")


if __name__ == "__main__":
    main()
