"""Meta's limits on what a business sends (whatsapp.md 1.4), in UTF-16 units where it is text. Pure.

The notifier refuses an agent's request by them, the worker checks once more what it sends.
"""

from common.plain_text import units

CAPTION_LIMIT = 1024
FILENAME_LIMIT = 240
ID_LIMIT = 200  # of a button or a row
MOST_BUTTONS = 3
BUTTON_TITLE_LIMIT = 20  # also of what opens a list
BUTTONS_TEXT_LIMIT = 1024
LIST_TEXT_LIMIT = 4096
MOST_ROWS = 10  # of all sections together: ten sections at most too, for none is empty
ROW_TITLE_LIMIT = 24  # also of a section
ROW_DESCRIPTION_LIMIT = 72


def check_text(what: str, text: str, limit: int, least: int = 0) -> None:
    """Check how long a text is; raises ValueError, whose words a caller may be told.

    Where one is needed, blanks are none: Meta refuses them.
    """
    if not isinstance(text, str) or not least <= units(text) <= limit:
        raise ValueError(f"{what} has between {least} and {limit} characters.")
    if least and not text.strip():
        raise ValueError(f"{what} is more than blanks.")
