"""The shapes of ids: whatever does not fit is no id, and never reaches the database. Pure."""

import re
import uuid

# As the tables check them. An id of the catalog's fits an image tag of a reply.
STORE_ID_PATTERN = "^[a-z0-9][a-z0-9-]{0,62}$"
CATALOG_ID_PATTERN = "^[A-Za-z0-9_-]{1,64}$"

_STORE_ID = re.compile(STORE_ID_PATTERN)
_CATALOG_ID = re.compile(CATALOG_ID_PATTERN)


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
