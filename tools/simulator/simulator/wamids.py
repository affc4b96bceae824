"""New WhatsApp message ids: random, so two runs against one database never share one."""

import base64
import secrets

_RANDOM_BYTES = 30


def new_wamid() -> str:
    """Invent an id that looks like WhatsApp's, padding and slashes included."""
    return f"wamid.{base64.b64encode(secrets.token_bytes(_RANDOM_BYTES)).decode('ascii')}"
