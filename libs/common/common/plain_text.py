"""Text that PostgreSQL, UTF-8 and JSON can all carry, and how long it is for WhatsApp. Pure."""

TEXT_LIMIT = 4096  # whatsapp.md 1.4; in `units`
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def is_storable(text: str) -> bool:
    """Say whether PostgreSQL can keep a text: no NUL, no half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in text


def storable(text: str) -> str:
    """Replace NUL and lone surrogates, which have no place in UTF-8 text."""
    if is_storable(text):
        return text
    return "".join(
        REPLACEMENT if each == "\x00" or "\ud800" <= each <= "\udfff" else each for each in text
    )


def units(text: str) -> int:
    """Count UTF-16 code units, as WhatsApp's clients do: an emoji is two or more."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
