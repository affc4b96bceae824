"""Addresses of customers' files that run out: signed for one message of one store.

An address alone opens nothing: the route behind it wants the agent's log-in and membership too.
The signature bounds how long one that was copied, logged or left in a history is good for.
"""

import hashlib
import hmac
import time
from urllib.parse import urlencode

from common.errors import ConfigurationError

LIFE_SECONDS = 600
# Within so many seconds an address stays the same, so that a page that is drawn again asks its
# browser's cache.
_STEP_SECONDS = 300
_PURPOSE = b"media links"
_LONGEST_EXPIRY = 12


class MediaLinks:
    """Signs with the newest of SERVICE_KEYS and accepts any that is still listed."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        if not keys:
            raise ConfigurationError("SERVICE_KEYS is not set.")
        self._keys = [hmac.digest(key.encode(), _PURPOSE, hashlib.sha256) for key in keys]

    def media_url(self, store_id: str, message_id: str, now: float | None = None) -> str:
        """Make the address of a message's file, good for five to ten minutes."""
        present = time.time() if now is None else now
        expires = str(int(present) // _STEP_SECONDS * _STEP_SECONDS + LIFE_SECONDS)
        signature = _signature(self._keys[0], store_id, message_id, expires)
        query = urlencode({"expires": expires, "signature": signature})
        return f"/api/stores/{store_id}/media/{message_id}?{query}"

    def opens(
        self, store_id: str, message_id: str, expires: str, signature: str, now: float | None = None
    ) -> bool:
        """Say whether an address is one of ours and has not run out."""
        present = time.time() if now is None else now
        if not (expires.isascii() and expires.isdigit() and len(expires) <= _LONGEST_EXPIRY):
            return False
        expected = (_signature(each, store_id, message_id, expires) for each in self._keys)
        given = signature.encode()
        is_ours = any(hmac.compare_digest(each.encode(), given) for each in expected)
        return is_ours and present < int(expires)


def _signature(key: bytes, store_id: str, message_id: str, expires: str) -> str:
    signed = f"{store_id}\n{message_id}\n{expires}".encode()
    return hmac.new(key, signed, hashlib.sha256).hexdigest()
