"""The shapes of ids: whatever does not fit is no id, and never reaches the database. Pure."""

import re
import uuid

# Ids of products and knowledge are the store's own or random; both fit an image tag of a reply.
IDENTIFIER_PATTERN = "^[A-Za-z0-9_-]{1,64}$"
STORE_ID_PATTERN = "^[a-z0-9][a-z0-9-]{0,62}$"

_IDENTIFIER = re.compile(IDENTIFIER_PATTERN)
_STORE_ID = re.compile(STORE_ID_PATTERN)


def is_identifier(text: str) -> bool:
    return _IDENTIFIER.fullmatch(text) is not None


def is_store_id(text: str) -> bool:
    return _STORE_ID.fullmatch(text) is not None


def as_uuid(text: str) -> str | None:
    """Return the UUID in its usual form, None when the text is not one."""
    try:
        return str(uuid.UUID(text))
    except ValueError:
        return None
