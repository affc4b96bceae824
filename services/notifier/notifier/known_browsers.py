"""Browsers that an account has logged in with: a cookie that tells the throttle, and no more.

It opens nothing. Its wrong passwords are counted by themselves, so that who guesses an agent's
password from elsewhere does not keep the agent out (OWASP's "device cookies").
"""

import hashlib
import hmac
import secrets
from datetime import timedelta

from common.errors import ConfigurationError

LIFE = timedelta(days=180)
_PURPOSE = b"known browsers"
_NAME_BYTES = 16


class KnownBrowsers:
    """Signs with the newest of SERVICE_KEYS and accepts any that is still listed."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        if not keys:
            raise ConfigurationError("SERVICE_KEYS is not set.")
        self._keys = [hmac.digest(key.encode(), _PURPOSE, hashlib.sha256) for key in keys]

    def remember(self, account: str) -> str:
        """Make the cookie of a browser that is new to an account."""
        name = secrets.token_urlsafe(_NAME_BYTES)
        return f"{name}.{_signature(self._keys[0], account, name)}"

    def name_of(self, cookie: str, account: str) -> str | None:
        """Name the browser; None when this account has not logged in with it."""
        name, _, signature = cookie.partition(".")
        expected = (_signature(each, account, name) for each in self._keys)
        given = signature.encode(errors="replace")
        is_ours = any(hmac.compare_digest(each.encode(), given) for each in expected)
        return name if is_ours else None


def _signature(key: bytes, account: str, name: str) -> str:
    signed = f"{name}\n{account}".encode(errors="replace")
    return hmac.new(key, signed, hashlib.sha256).hexdigest()
