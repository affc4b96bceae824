"""The callback data that each send carries and each status brings back.

It names the outbox row and the attempt, with a short HMAC under the store's own key, so that
a forged or foreign value settles nothing (whatsapp.md section 3). No personal data.
"""

import hmac
from dataclasses import dataclass

from common.sealing import StoreSeal

_VERSION = "v1"
_PARTS = 4


@dataclass(frozen=True)
class Callback:
    """Which attempt of which part a status speaks of."""

    outbox_id: str
    attempt: int


def write(seal: StoreSeal, callback: Callback) -> str:
    body = f"{_VERSION}:{callback.outbox_id}:{callback.attempt}"
    return f"{body}:{seal.tag(body)}"


def read(seal: StoreSeal, text: str) -> Callback | None:
    """Read our own callback data back; None for anything else."""
    if not text.isascii():
        return None
    body, _, tag = text.rpartition(":")
    fields = body.split(":")
    if len(fields) != _PARTS - 1 or fields[0] != _VERSION or not fields[2].isdecimal():
        return None
    if not hmac.compare_digest(tag.encode(), seal.tag(body).encode()):
        return None
    return Callback(fields[1], int(fields[2]))
