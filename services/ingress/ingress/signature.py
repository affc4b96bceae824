"""Step 2. Meta's signature over the raw bytes, checked before anything is parsed. Pure."""

import hashlib
import hmac
import re
from collections.abc import Sequence

_PREFIX = "sha256="
_WELL_FORMED = re.compile("sha256=[0-9a-f]{64}")


def is_signed(body: bytes, headers: Sequence[str], app_secrets: Sequence[str]) -> bool:
    """Check the one X-Hub-Signature-256 header under any of a store's valid secrets.

    Hashes the bytes as received: Meta signs its escaped form, and JSON written anew would
    differ. Takes the same time whichever secret fits. Anything but exactly one well-formed
    lower-case SHA-256 is refused.
    """
    if len(headers) != 1 or not _WELL_FORMED.fullmatch(headers[0]):
        return False
    given = headers[0].removeprefix(_PREFIX).encode()
    matches = [
        hmac.compare_digest(
            hmac.new(secret.encode(), body, hashlib.sha256).hexdigest().encode(), given
        )
        for secret in app_secrets
    ]
    return any(matches)
