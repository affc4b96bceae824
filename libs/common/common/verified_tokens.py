"""Internal tokens that were verified before: a caller shows the same one many times a minute."""

import time
from dataclasses import dataclass, field

import jwt

from common.tokens import Claims, InternalTokens

# Some 400 bytes each; a worker that serves thousands of stores has a token for each.
_MOST_REMEMBERED = 10_000


@dataclass(frozen=True)
class VerifiedTokens:
    """Remembers what a token allows until it expires; nothing about a token that is refused."""

    tokens: InternalTokens
    _known: dict[tuple[str, str], tuple[float, Claims]] = field(default_factory=dict, repr=False)

    def verify(self, token: str, audience: str) -> Claims:
        """Check a token; raises NotAuthenticatedError whatever is wrong with it."""
        expires_at, claims = self._known.get((token, audience), (0.0, None))
        if claims is not None and time.time() < expires_at:
            return claims
        claims = self.tokens.verify(token, audience)
        self._remember(token, audience, claims)
        return claims

    def _remember(self, token: str, audience: str, claims: Claims) -> None:
        if len(self._known) >= _MOST_REMEMBERED:
            self._known.clear()
        # Its signature was right a moment ago.
        content = jwt.decode(token, options={"verify_signature": False})
        self._known[token, audience] = float(content["exp"]), claims
