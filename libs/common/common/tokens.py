"""Internal tokens: short-lived, signed, naming who they are for and which store they open."""

import time
from dataclasses import dataclass

import jwt

from common.errors import ConfigurationError, NotAuthenticatedError

EVERY_STORE = "*"
_ALGORITHM = "HS256"
_LIFETIME_SECONDS = 60
_LEEWAY_SECONDS = 5
_LEAST_KEY_LENGTH = 32


@dataclass(frozen=True)
class Claims:
    """What a verified token allows: one store, or every store."""

    store_id: str

    def opens(self, store_id: str) -> bool:
        return self.store_id in (EVERY_STORE, store_id)


class InternalTokens:
    """Issues with the newest of SERVICE_KEYS and accepts any that is still listed."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        if not keys:
            raise ConfigurationError("SERVICE_KEYS is not set.")
        if any(len(key) < _LEAST_KEY_LENGTH for key in keys):
            raise ConfigurationError("Each of SERVICE_KEYS needs 32 characters or more.")
        self._keys = keys

    def issue(self, audience: str, store_id: str = EVERY_STORE) -> str:
        """Sign a token for one service and one store; it lives 60 s."""
        now = int(time.time())
        claims = {"aud": audience, "sub": store_id, "iat": now, "exp": now + _LIFETIME_SECONDS}
        return jwt.encode(claims, self._keys[0], algorithm=_ALGORITHM)

    def verify(self, token: str, audience: str) -> Claims:
        """Check a token; raises NotAuthenticatedError whatever is wrong with it."""
        for key in self._keys:
            try:
                claims = jwt.decode(
                    token,
                    key,
                    algorithms=[_ALGORITHM],
                    audience=audience,
                    leeway=_LEEWAY_SECONDS,
                    options={"require": ["exp", "iat", "aud", "sub"]},
                )
            except jwt.PyJWTError:
                continue
            return Claims(store_id=str(claims["sub"]))
        raise NotAuthenticatedError(
            "The internal token is missing, expired or not for this service."
        )
