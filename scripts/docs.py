"""Write the pages that are made from the code (`make docs`)."""

from pathlib import Path

from common.send_errors.page import page

PAGE = Path(__file__).resolve().parents[1] / "docs" / "send-errors.md"


def main() -> None:
    """Write each page anew."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
