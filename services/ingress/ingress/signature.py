"""Step 2. Meta's signature over the raw bytes, checked before anything is parsed. Pure."""

import hashlib
import hmac
from collections.abc import Sequence

_PREFIX = "sha256="
_HEX_DIGITS = 64


def is_signed(body: bytes, headers: Sequence[str], app_secrets: Sequence[str]) -> bool:
    """Check the one X-Hub-Signature-256 header under any of a store's valid secrets.

    Hashes the bytes as received: Meta signs its escaped form, and JSON written anew would
    differ. Takes the same time whichever secret fits. Anything but exactly one well-formed
    lower-case SHA-256 is refused.
    """
    if len(headers) != 1 or not _is_well_formed(headers[0]):
        return False
    given = headers[0].removeprefix(_PREFIX).encode()
    matches = [
        hmac.compare_digest(
            hmac.new(secret.encode(), body, hashlib.sha256).hexdigest().encode(), given
        )
        for secret in app_secrets
    ]
    return any(matches)


def _is_well_formed(header: str) -> bool:
    digits = header.removeprefix(_PREFIX)
    return (
        header.startswith(_PREFIX)
        and len(digits) == _HEX_DIGITS
        and all(digit in "0123456789abcdef" for digit in digits)
    )
