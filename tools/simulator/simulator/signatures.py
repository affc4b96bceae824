"""How Meta writes and signs a webhook body.

Used for every delivery that leaves the simulator. Pure: no I/O.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

SIGNATURE_HEADER = "X-Hub-Signature-256"


def serialise(envelope: Mapping[str, Any]) -> bytes:
    r"""Write JSON as Meta does: ASCII, lower-case `\u00e1` escapes, `\/` for every slash."""
    # A slash can only stand inside a JSON string, so replacing all of them is safe.
    text = json.dumps(envelope, ensure_ascii=True, separators=(",", ":")).replace("/", "\\/")
    return text.encode("ascii")


def sign(raw: bytes, app_secret: str) -> str:
    """Return the value of X-Hub-Signature-256 for exactly these bytes."""
    digest = hmac.new(app_secret.encode("utf-8"), raw, hashlib.sha256).hexdigest()
    return f"sha256={digest}"
