"""The shapes of ids: whatever does not fit is no id, and never reaches the database. Pure."""

import re
import uuid

_STORE_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_CATALOG_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def is_store_id(text: str) -> bool:
    return _STORE_ID.fullmatch(text) is not None


def is_catalog_id(text: str) -> bool:
    """Say whether it can be the id of a product, a passage or an agent."""
    return _CATALOG_ID.fullmatch(text) is not None


def as_uuid(text: object) -> str | None:
    """Return the UUID in its usual form, None when it is not one."""
    try:
        return str(uuid.UUID(text)) if isinstance(text, str) else None
    except ValueError:
        return None


def is_storable(text: str) -> bool:
    """Say whether PostgreSQL can keep a text: no NUL, no half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in text
